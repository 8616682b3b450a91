/** The figures of a tenant's traffic: what can be asked, and what is answered. Client-safe. Times are ISO 8601 in UTC. */
import { z } from "zod";
import { agentIdSchema } from "../agent-schema.ts";
import type { MessageKind, MessageType, Party } from "../schema.ts";

export const statisticsWindows = ["24h", "7d", "30d", "90d"] as const;
export type StatisticsWindow = (typeof statisticsWindows)[number];

export const maxWindowDays = 366;
/** Roll-ups begin no earlier. */
const earliest = "2000-01-01T00:00:00Z";

const time = z.iso
  .datetime({ offset: true, error: "Must be a time such as 2026-03-01T00:00:00Z" })
  .transform((text) => Date.parse(text))
  .refine((ms) => ms >= Date.parse(earliest), { error: `Must be ${earliest} or later` });

export const statisticsQuerySchema = z
  .strictObject({
    /** Up to now. The default is 24h. */
    window: z.enum(statisticsWindows).optional(),
    from: time.optional(),
    /** Not included; the default is now. */
    to: time.optional(),
    /** Only what this agent sent or received. */
    agentId: agentIdSchema.optional(),
  })
  .refine(({ window, from, to }) => window === undefined || (from ?? to) === undefined, {
    path: ["window"],
    error: "Goes without from and to",
  })
  .refine(({ from, to }) => to === undefined || from !== undefined, {
    path: ["to"],
    error: "Goes only with from",
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    path: ["to"],
    error: "Must be later than from",
  });
export type StatisticsQuery = z.output<typeof statisticsQuerySchema>;

export type Grain = "hour" | "day";

/** Messages by what became of them; `sent` is all of them, the blocked ones included. */
export interface Counts {
  sent: number;
  delivered: number;
  blocked: number;
  failed: number;
  expired: number;
}

export interface CountsWithPending extends Counts {
  /** On their way, or waiting for their endpoint. */
  pending: number;
}

export interface SeriesPoint extends CountsWithPending {
  at: string;
}

export interface DeliveryTime {
  /** Deliveries that were timed. */
  count: number;
  averageMs: number;
  /** Estimated within the bucket that it falls in; at most six hours. */
  p50Ms: number;
  p95Ms: number;
}

/** A span of time and what was sent in it. */
export interface SpanCounts {
  from: string;
  to: string;
  totals: Counts;
}

export interface Statistics {
  /** As it is counted; up to now it ends with the hour that is going on. */
  window: { from: string; to: string; grain: Grain };
  /** What was committed by then is counted. */
  asOf: string;
  totals: CountsWithPending;
  /** Of the messages sent, the share that was blocked, failed or expired (0 to 1); null when none was sent. */
  errorRate: number | null;
  /** Null for one agent: these are counted for the tenant as a whole. */
  byType: Record<MessageType, CountsWithPending> | null;
  byKind: Record<MessageKind, CountsWithPending> | null;
  /** Null for one agent, and where no delivery was timed. */
  deliveryTime: DeliveryTime | null;
  /** Those who sent most: to the agent, where one is asked for. At most ten. */
  topSenders: { party: Party; sent: number; blocked: number }[];
  /** Those who were sent most: by the agent, where one is asked for. `received` is without what was blocked. */
  topReceivers: { party: Party; received: number; blocked: number }[];
  /** Evenly spaced, oldest first, also where nothing was sent; the last may still be going on. */
  series: SeriesPoint[];
  /** The window's hours that are over beside the same hours of the time before, so that like is compared. */
  comparison: { current: SpanCounts; before: SpanCounts };
}

export const communicationsDaysMax = 90;
export const communicationsLimitMax = 100;

const wholeNumber = (max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, "Must be a whole number")
    .transform(Number)
    .pipe(z.number().min(1).max(max));

export const communicationsQuerySchema = z.strictObject({
  /** UTC days, today included. */
  days: wholeNumber(communicationsDaysMax).default(30),
  limit: wholeNumber(communicationsLimitMax).default(communicationsLimitMax),
  cursor: z.string().min(1).max(200).optional(),
});
export type CommunicationsQuery = z.output<typeof communicationsQuerySchema>;

/** What an agent exchanged with one other party. */
export interface Communication {
  peer: Party;
  /** By the agent to the peer, what was blocked included. */
  sent: number;
  /** By the peer, without what was blocked. */
  received: number;
  /** Of `sent`, what was blocked. */
  blocked: number;
  /** In both directions, what failed or expired. */
  failed: number;
  /** Sends of the peer that were blocked; null for the agent itself, which is not told. */
  turnedAway: number | null;
  /** The last UTC day on which either wrote: 2026-03-01. */
  lastDay: string;
}

export interface Communications {
  agentId: string;
  from: string;
  to: string;
  asOf: string;
  /** Those it exchanged most with first. */
  peers: Communication[];
  pagination: { total: number; limit: number; nextCursor: string | null };
}
