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

// As `POST /api/usage` has them: what an answer has used is counted as if it were reported there.
const nameOnOneLine = z
  .string()
  .min(1)
  .max(100)
  .refine((text) => !/[\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}]/u.test(text), {
    error: "Must be printable text on one line",
  });
/** Far above any one query, far below where sums of them would lose a unit. */
const tokens = z.int().min(0).max(1_000_000_000);

/** What an answer has used, as its agent says it: `cachedTokens` are of the input, `thinkingTokens` of the output. */
export const answerUsageSchema = z
  .strictObject({
    model: nameOnOneLine,
    provider: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{0,49}$/, "Must be up to 50 of a-z, 0-9, point, hyphen and underscore")
      .optional(),
    inputTokens: tokens,
    outputTokens: tokens,
    cachedTokens: tokens.optional(),
    thinkingTokens: tokens.optional(),
    durationMs: z.int().min(0).max(86_400_000).optional(),
    /** Micro-dollars; estimated from the model where it is not said. */
    costMicros: z.int().min(0).max(1_000_000_000_000).optional(),
  })
  .refine(({ cachedTokens = 0, inputTokens }) => cachedTokens <= inputTokens, {
    path: ["cachedTokens"],
    error: "Must be at most inputTokens, which they are part of",
  })
  .refine(({ thinkingTokens = 0, outputTokens }) => thinkingTokens <= outputTokens, {
    path: ["thinkingTokens"],
    error: "Must be at most outputTokens, which they are part of",
  });
export type AnswerUsage = z.infer<typeof answerUsageSchema>;

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
    /** A piece of an answer that is being made: more text, which the last response has in full. */
    partial: z.literal(true).optional(),
    usage: answerUsageSchema.optional(),
    /** One entry a call. */
    toolsCalled: z.array(nameOnOneLine).max(100).optional(),
  }).superRefine(({ partial, data, usage, toolsCalled }, context) => {
    if (partial === undefined) return;
    const add = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    if (typeof data !== "string" || data === "") add("data", "Must be text in a partial response");
    if (usage !== undefined) add("usage", "Goes with the last response, not with a partial one");
    if (toolsCalled !== undefined) add("toolsCalled", "Goes with the last response, not with a partial one");
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
