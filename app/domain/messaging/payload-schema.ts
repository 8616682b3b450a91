/** What each type of message says: one strict schema each. Client-safe. */
import { z } from "zod";
import { jsonProblem } from "./json-bounds.ts";

export const maxPayloadBytes = 256 * 1024;
export const maxPayloadDepth = 32;

const label = z.string().min(1).max(200);
const prose = z.string().min(1).max(20_000);
const anyJson = z.custom<unknown>((value) => value !== undefined, "Required");

/** A calendar day (`2026-03-01`) or an instant with its offset (`2026-03-01T09:00:00Z`). */
const dayOrInstant = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: "Must be a date (2026-03-01) or an instant with an offset (2026-03-01T09:00:00Z)",
});

const payload = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape).superRefine((value, context) => {
    const problem = jsonProblem(value, { maxBytes: maxPayloadBytes, maxDepth: maxPayloadDepth });
    if (problem !== undefined) context.addIssue({ code: "custom", ...problem });
  });

export const taskPriorities = ["low", "medium", "high"] as const;
export const severities = ["low", "medium", "high", "critical"] as const;
export const dataFormats = ["json", "text", "table"] as const;

export const payloadSchemas = {
  task_handoff: payload({
    taskId: label,
    description: prose,
    priority: z.enum(taskPriorities),
    dueDate: dayOrInstant.optional(),
    context: anyJson.optional(),
  }),
  status_update: payload({
    taskId: label.optional(),
    status: label,
    progress: z.number().min(0).max(100).optional(),
    detail: prose.optional(),
  }),
  data_request: payload({
    query: prose,
    dataSource: label.optional(),
    format: z.enum(dataFormats).optional(),
  }),
  data_response: payload({
    requestId: label.optional(),
    data: anyJson,
    format: z.enum(dataFormats).optional(),
  }),
  escalation: payload({
    reason: prose,
    severity: z.enum(severities),
    taskId: label.optional(),
    context: anyJson.optional(),
  }),
};

export const messageTypes = [
  "task_handoff",
  "status_update",
  "data_request",
  "data_response",
  "escalation",
] as const satisfies readonly (keyof typeof payloadSchemas)[];
export type MessageType = (typeof messageTypes)[number];
export type PayloadOf<T extends MessageType> = z.infer<(typeof payloadSchemas)[T]>;

/** A type with its payload: narrowing `type` narrows `payload`. */
export type MessageContent = { [T in MessageType]: { type: T; payload: PayloadOf<T> } }[MessageType];
