/** What is asked of alerts, at the boundary. Client-safe. */
import { z } from "zod";
import { parseId, type TenantId } from "#db/ids.ts";
import { auditCursorSchema, auditTenantSchema } from "../audit/audit-log-query-schema.ts";
import { agentIdSchema } from "../messaging/agent-schema.ts";
import { formTimeSchema, zonedTimeSchema } from "../zoned-time.ts";
import { alertStatuses, alertWindows, defaultAlertLimit, maxAlertLimit } from "./alert-schema.ts";
import { ruleKindNames, severities } from "./rule-kinds.ts";

/** `unresolved`: open or acknowledged. */
export const alertStatusFilters = [...alertStatuses, "unresolved"] as const;

const subjectId = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => !/[\p{Cc}\p{Surrogate}]/u.test(text), { error: "Must be printable text on one line" });

/** Each filter by its name in a URL. */
export const alertFilterFields = {
  status: z.enum(alertStatusFilters),
  severity: z.enum(severities),
  kind: z.enum(ruleKindNames),
  agentId: agentIdSchema,
  subjectId,
  /** Only those that wait, or only those that do not; left out: both. */
  snoozed: z.enum(["true", "false"]).transform((text) => text === "true"),
  /** Happened last at this time or later, and before that one. */
  from: formTimeSchema,
  to: formTimeSchema,
};

/** Filters that are given hold together. */
export type AlertFilters = {
  [F in keyof typeof alertFilterFields]?: z.output<(typeof alertFilterFields)[F]> | undefined;
};

/** Whose: one tenant's, or all; for those who administer the service. */
export const alertReachSchema = auditTenantSchema;
export const alertTenantSchema = z.custom<TenantId>(
  (value) => parseId(value, "ten") !== undefined,
  "must be a tenant's id (ten_…)",
);
export const alertCursorSchema = auditCursorSchema;

/** Of what is about one tenant's alerts, where another's can be named. */
export const alertTenantQuery = z.strictObject({ tenantId: alertTenantSchema.optional() });
export const alertReachQuery = z.strictObject({ tenantId: alertReachSchema.optional() });

const queryLimit = z
  .string()
  .regex(/^\d{1,16}$/, "Must be a whole number")
  .transform(Number)
  .pipe(z.number().min(1).max(maxAlertLimit));

export const alertListQuery = z
  .strictObject({
    ...z.object({ ...alertFilterFields, from: zonedTimeSchema, to: zonedTimeSchema }).partial().shape,
    tenantId: alertReachSchema.optional(),
    limit: queryLimit.default(defaultAlertLimit),
    cursor: alertCursorSchema.optional(),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || Date.parse(from) < Date.parse(to), {
    path: ["to"],
    error: "Is not after from",
  });

export const alertStatisticsQuery = z.strictObject({
  window: z.enum(alertWindows).default("7d"),
  tenantId: alertReachSchema.optional(),
});
