/** Reporting usage, at its boundary. Client-safe. */
import { z } from "zod";
import { type AgentId, parseId, type ReservationId, type UsageEventId } from "#db/ids.ts";
import type { FieldError } from "../errors.ts";

export const maxUsageEvents = 1_000;
/** Of the body of many. */
export const maxUsageBytes = 4 * 1024 * 1024;
/** How much of a query is kept. */
export const keptQueryLength = 1_000;
export const maxToolsCalled = 100;

/** As late as an event may come: that is how long what it is known by is kept. */
export const maxLateMs = 35 * 24 * 3_600_000;
/** Clocks differ. */
export const maxEarlyMs = 5 * 60_000;

const DAY_MS = 24 * 3_600_000;
const maxTokens = 1_000_000_000;
const maxInt = 2_147_483_647;

const line = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => !/[\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}]/u.test(text), {
      error: "must be printable text on one line",
    });
const tokens = z.int().min(0).max(maxTokens);

/** As the `Idempotency-Key` of a send. */
const keySchema = z.string().regex(/^[\x21-\x7e]{1,200}$/, "must be 1 to 200 visible ASCII characters");

const agentId = z.custom<AgentId>(
  (value) => parseId(value, "agt") !== undefined,
  "must be an agent id (agt_…)",
);
const reservationId = z.custom<ReservationId>(
  (value) => parseId(value, "rsv") !== undefined,
  "must be a reservation id (rsv_…)",
);

/** The beginning of a text, whole characters only. */
const beginningOf = (text: string): string => text.slice(0, keptQueryLength).replace(/[\uD800-\uDBFF]$/u, "");

/** What one query of an agent used. */
export const usageEventSchema = z
  .strictObject({
    agentId,
    model: line(100),
    /** Default: by the model's name, else `other`. */
    provider: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{0,49}$/, "must be up to 50 of a-z, 0-9, point, hyphen and underscore")
      .optional(),
    inputTokens: tokens,
    outputTokens: tokens,
    /** Of the input. */
    cachedTokens: tokens.default(0),
    /** Of the output. */
    thinkingTokens: tokens.default(0),
    /** One entry a call. */
    toolsCalled: z.array(line(100)).max(maxToolsCalled).default([]),
    query: z.string().max(100_000).transform(beginningOf).optional(),
    responseLength: z.int().min(0).max(maxInt).optional(),
    durationMs: z
      .int()
      .min(0)
      .max(7 * DAY_MS)
      .default(0),
    /** Micro-dollars. Default: estimated by list prices. */
    costMicros: z.int().min(0).max(1_000_000_000_000).optional(),
    conversationId: line(200).optional(),
    runId: line(200).optional(),
    /** Whoever the agent worked for, as the reporter names them. */
    userId: line(200).optional(),
    /** Default: now. */
    occurredAt: z.iso
      .datetime({ offset: true, error: "must be a time such as 2026-03-01T12:00:00Z" })
      .optional(),
    /** What this event is known by, if it is reported again. */
    idempotencyKey: keySchema.optional(),
    /** The reservation that its cost is taken from. */
    reservationId: reservationId.optional(),
  })
  .refine((event) => event.cachedTokens <= event.inputTokens, {
    path: ["cachedTokens"],
    error: "are of the input, so they cannot be more than inputTokens",
  })
  .refine((event) => event.thinkingTokens <= event.outputTokens, {
    path: ["thinkingTokens"],
    error: "are of the output, so they cannot be more than outputTokens",
  });
export type UsageEventInput = z.input<typeof usageEventSchema>;
export type UsageEvent = z.output<typeof usageEventSchema>;

/** The body of many. Its items are judged one by one: a bad one is an outcome, not a 400. */
export const usageBatchSchema = z.strictObject({
  events: z.array(z.unknown()).min(1).max(maxUsageEvents),
});

/** What became of one event. */
export type UsageOutcome =
  | { outcome: "recorded"; id: UsageEventId; costMicros: number }
  /** Its key was used before: counted then, with this id. */
  | { outcome: "duplicate"; id: UsageEventId }
  | { outcome: "rejected"; code: string; detail: string; errors?: FieldError[] }
  /** The database's or the server's fault: the same again, with its key, may pass. */
  | { outcome: "failed"; code: string; detail: string };

export interface UsageBatchAnswer {
  /** One an event, in the order of the request; `index` is its place there. */
  results: ({ index: number } & UsageOutcome)[];
  recorded: number;
  duplicates: number;
  rejected: number;
  failed: number;
}
