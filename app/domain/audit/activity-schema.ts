/** Recording external actions, and following the activity, at the API's boundary. Client-safe. */
import { z } from "zod";
import type { FieldError } from "../errors.ts";
import { decodeActivityCursor } from "./activity-place.ts";
import { auditStatuses } from "./audit-log-schema.ts";

export const maxRecordedEvents = 100;

const line = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => !/[\p{Cc}\p{Surrogate}]/u.test(text), { error: "Must be printable text on one line" });

/** One action outside of Signalbox; its details are judged by the action's own schema. */
export const externalEventSchema = z.strictObject({
  action: z.string().max(100),
  resource: z.strictObject({ id: line(200), name: line(200).optional() }),
  status: z.enum(auditStatuses).default("success"),
  correlationId: line(200).optional(),
  details: z.record(z.string(), z.json()).default({}),
});
export type ExternalEvent = z.infer<typeof externalEventSchema>;

/** The body: one event, or several, which are judged one by one. */
export const recordActivitySchema = z.union([
  z.strictObject({ events: z.array(z.unknown()).min(1).max(maxRecordedEvents) }),
  externalEventSchema.transform((event) => ({ events: [event] as unknown[] })),
]);

/** What became of one event of a call. */
export type RecordedOutcome =
  | { outcome: "recorded"; id: string }
  | { outcome: "rejected"; code: string; detail: string; errors: FieldError[] };

export interface RecordedActivity {
  /** One an event, in the order of the request; `index` is its place there. */
  results: ({ index: number } & RecordedOutcome)[];
  recorded: number;
  rejected: number;
}

export const activityStarts = ["oldest", "newest"] as const;

export const activityCursorSchema = z.string().transform((text, context) => {
  const cursor = decodeActivityCursor(text);
  if (cursor !== undefined) return cursor;
  context.addIssue({ code: "custom", message: "Must be a cursor that the activity has given" });
  return z.NEVER;
});

export const activityQuerySchema = z.strictObject({
  cursor: activityCursorSchema.optional(),
  /** Where to begin without a cursor. */
  start: z.enum(activityStarts).default("oldest"),
  limit: z
    .string()
    .regex(/^\d{1,16}$/, "Must be a whole number")
    .transform(Number)
    .pipe(z.number().min(1).max(200))
    .default(50),
});
