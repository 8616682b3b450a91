/** Handling messages by leases: what replicas of an agent say and get. Client-safe. */
import { z } from "zod";
import { type LeaseId, type MessageId, parseId } from "#db/ids.ts";
import { type MessageView, messageIdSchema } from "./schema.ts";

/** How often a message is handed out; when the last lease ends without an ack, it is dead. */
export const maxLeases = 5;

/** Why a message is dead that was handed out and never acked; in `reason`. */
export const leasesUsedUp = "leases_used_up";

const maxHandled = 100;
const leaseSecondsSchema = z.int().min(5).max(3_600);

export const leaseIdSchema = z.custom<LeaseId>(
  (value) => parseId(value, "lse") !== undefined,
  "Must be a lease id (lse_…)",
);

export const claimSchema = z.strictObject({
  limit: z.int().min(1).max(100).default(10),
  leaseSeconds: leaseSecondsSchema.default(60),
});
export type ClaimInput = z.output<typeof claimSchema>;

const leased = { messageId: messageIdSchema, leaseId: leaseIdSchema };

export const ackSchema = z.strictObject({
  messages: z.array(z.strictObject(leased)).min(1).max(maxHandled),
});
export type AckInput = z.output<typeof ackSchema>;

export const nackSchema = z.strictObject({
  messages: z
    .array(z.strictObject({ ...leased, delaySeconds: z.int().min(0).max(86_400).default(0) }))
    .min(1)
    .max(maxHandled),
});
export type NackInput = z.output<typeof nackSchema>;

export const extendSchema = z.strictObject({
  messages: z.array(z.strictObject(leased)).min(1).max(maxHandled),
  leaseSeconds: leaseSecondsSchema.default(60),
});
export type ExtendInput = z.output<typeof extendSchema>;

export const markReadSchema = z.strictObject({ through: z.int().min(0) });
export type MarkReadInput = z.output<typeof markReadSchema>;

export interface Lease {
  id: LeaseId;
  expiresAt: string;
  /** 1 for the first time that the message is handed out. */
  count: number;
}

export type ClaimedMessage = MessageView & { lease: Lease };

/**
 * What became of one message of a request. `lease_lost`: it was handed out again, given back, or is
 * dead; `expired`: its TTL has passed; `not_found`: no message of this mailbox.
 */
export type LostOutcome = "lease_lost" | "expired" | "not_found";

export interface HandledMessage<O extends string> {
  messageId: MessageId;
  outcome: O | LostOutcome;
}
