/** The words of push endpoints at their boundary. Client-safe: the browser imports it too. */
import { z } from "zod";
import type { AgentId, MessageId } from "#db/ids.ts";
import { outboundUrlMaxLength } from "../outbound/outbound-url-length.ts";
import { isStorableText } from "./json-bounds.ts";

export const endpointUrlSchema = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(outboundUrlMaxLength)
  .refine(isStorableText, "must be text");

export const putEndpointSchema = z.strictObject({ url: endpointUrlSchema });

export const keepPreviousHoursMax = 168;
export const keepPreviousHoursDefault = 24;

export const rotateSecretSchema = z.strictObject({
  /** How long the secret before signs too. */
  keepPreviousHours: z.int().min(0).max(keepPreviousHoursMax).default(keepPreviousHoursDefault),
});

export const endpointStatuses = ["active", "disabled"] as const;
export type EndpointStatus = (typeof endpointStatuses)[number];

/** Who or what has disabled it: a person, its own 410, or one message after the other given up. */
export const disabledReasons = ["person", "gone", "failing"] as const;
export type DisabledReason = (typeof disabledReasons)[number];

/** How it stands: `unused` while the mailbox is not in push mode. */
export type EndpointHealth = "healthy" | "backing_off" | "disabled" | "unused";

export interface EndpointView {
  agentId: AgentId;
  url: string;
  health: EndpointHealth;
  status: EndpointStatus;
  disabledAt: string | null;
  disabledReason: DisabledReason | null;
  /** Attempts since it last answered 2xx. */
  failures: number;
  /** Messages given up since then. */
  givenUp: number;
  /** When it is tried again, while it is backing off. */
  nextAttemptAt: string | null;
  lastAttemptAt: string | null;
  lastSuccessAt: string | null;
  /** Until when the secret before signs too. */
  previousSecretUntil: string | null;
  /** Messages that wait for it, counted up to 1,000. */
  waiting: number;
  createdAt: string;
  updatedAt: string;
}

/** With the secret where one was made: it is shown this once. */
export type EndpointWithSecret = EndpointView & { secret?: string };

/** One try to post a message. */
export interface AttemptView {
  messageId: MessageId;
  /** From 1; begins anew when the message is replayed. */
  attempt: number;
  startedAt: string;
  durationMs: number;
  outcome: "delivered" | "failed";
  statusCode: number | null;
  /** Why there was no answer, or why it counts as none. */
  error: string | null;
  /** The beginning of what was answered. */
  responseBody: string | null;
}

export interface EndpointTest {
  outcome: "delivered" | "failed";
  statusCode: number | null;
  durationMs: number;
  error: string | null;
  responseBody: string | null;
}
