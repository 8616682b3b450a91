/** Dead letters: what is listed, and what is replayed. Client-safe. */
import { z } from "zod";
import type { MailboxId, MessageId } from "#db/ids.ts";
import { type MessageView, mailboxIdSchema, maxPageLimit, messageIdSchema } from "./schema.ts";

/** Why a message is dead: every lease ran out or was given back, or no push reached the endpoint. */
export const deathCauses = ["leases", "push"] as const;
export type DeathCause = (typeof deathCauses)[number];

export const maxReplayed = 500;
/** Dead letters are counted up to here. */
export const maxCountedDeadLetters = 1_000;

export const deadLetterListSchema = z.strictObject({
  recipientId: mailboxIdSchema.optional(),
  cause: z.enum(deathCauses).optional(),
  /** What is older than this message: the `nextCursor` of the page before. */
  cursor: messageIdSchema.optional(),
  limit: z
    .string()
    .regex(/^\d{1,9}$/, "Must be a whole number")
    .transform(Number)
    .pipe(z.number().min(1).max(maxPageLimit))
    .default(50),
});
export type DeadLetterQuery = z.output<typeof deadLetterListSchema>;

export const replaySchema = z
  .strictObject({
    messageIds: z.array(messageIdSchema).min(1).max(maxReplayed).optional(),
    /** All of this mailbox's. */
    recipientId: mailboxIdSchema.optional(),
  })
  .refine(({ messageIds, recipientId }) => messageIds !== undefined || recipientId !== undefined, {
    path: ["messageIds"],
    error: "Or recipientId must say what to replay",
  })
  .refine(({ messageIds, recipientId }) => messageIds === undefined || recipientId === undefined, {
    path: ["recipientId"],
    error: "Goes without messageIds",
  });

export interface DeadLetter {
  message: MessageView;
  cause: DeathCause;
  /** Pushes that were tried. */
  attempts: number;
  /** How often it was handed out. */
  leases: number;
  /** Null where it was not noted. */
  diedAt: string | null;
}

export interface DeadLetterList {
  /** By when they were sent, newest first. */
  deadLetters: DeadLetter[];
  /** Pass as `cursor` for what is older; null at the end. */
  nextCursor: MessageId | null;
}

/** Counted to 1,000. */
export interface DeadLetterCount {
  count: number;
  isExact: boolean;
}

export interface ReplayedMessage {
  messageId: MessageId;
  outcome: "replayed" | "not_dead" | "not_found";
}

export interface ReplayedMailbox {
  recipientId: MailboxId;
  replayed: number;
}
