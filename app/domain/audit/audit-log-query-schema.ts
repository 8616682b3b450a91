/** What is asked of the audit trail, at its boundary. Client-safe. */
import { z } from "zod";
import { parseId, type TenantId } from "#db/ids.ts";
import { formTimeSchema, zonedTimeSchema } from "../zoned-time.ts";
import { decodePlace } from "./audit-log-cursor.ts";
import {
  actorKinds,
  auditStatuses,
  defaultAuditLimit,
  maxAuditLimit,
  maxAuditOffset,
} from "./audit-log-schema.ts";

const line = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => !/[\p{Cc}\p{Surrogate}]/u.test(text), { error: "Must be printable text on one line" });

/** Each filter by its name in a URL. */
export const auditFilterFields = {
  action: z
    .string()
    .max(100)
    .regex(
      /^[a-z0-9_]+(?:\.[a-z0-9_]+)*\.?$/,
      "Must be an action or the beginning of one, such as auth.login",
    ),
  actor: line(200),
  actorKind: z.enum(actorKinds),
  resourceType: z
    .string()
    .max(64)
    .regex(/^[a-z][a-z0-9_]*$/, "Must be a kind of resource, such as agent"),
  resourceId: line(400),
  status: z.enum(auditStatuses),
  requestId: line(128),
  correlationId: line(200),
  from: formTimeSchema,
  to: formTimeSchema,
  text: line(200).trim().min(1),
};

export const auditTenantSchema = z
  .string()
  .refine((value) => value === "all" || parseId(value, "ten") !== undefined, {
    error: "Must be a tenant's id (ten_…), or all",
  })
  .transform((value): TenantId | "all" => (value === "all" ? value : (value as TenantId)));

export const auditCursorSchema = z.string().transform((text, context) => {
  const place = decodePlace(text);
  if (place !== undefined) return place;
  context.addIssue({ code: "custom", message: "Must be a cursor that this list has given" });
  return z.NEVER;
});

const queryNumber = z
  .string()
  .regex(/^\d{1,16}$/, "Must be a whole number")
  .transform(Number);

export const auditLogQuerySchema = z
  .strictObject({
    ...z.object({ ...auditFilterFields, from: zonedTimeSchema, to: zonedTimeSchema }).partial().shape,
    tenantId: auditTenantSchema.optional(),
    limit: queryNumber.pipe(z.number().min(1).max(maxAuditLimit)).default(defaultAuditLimit),
    page: queryNumber.pipe(z.number().min(1)).optional(),
    cursor: auditCursorSchema.optional(),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || Date.parse(from) < Date.parse(to), {
    path: ["to"],
    error: "Is not after from",
  })
  .refine(({ page, cursor }) => page === undefined || cursor === undefined, {
    path: ["cursor"],
    error: "Goes without page",
  })
  .refine(({ page = 1, limit }) => (page - 1) * limit <= maxAuditOffset, {
    path: ["page"],
    error: `Lies more than ${maxAuditOffset} events in: go on by the cursor`,
  });
export type AuditLogQuery = z.infer<typeof auditLogQuerySchema>;
