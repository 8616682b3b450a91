/** How long messages are kept, what is kept for longer, and what is emptied on request. Client-safe. */
import { z } from "zod";
import {
  type AgentId,
  type ErasureId,
  type HoldId,
  type MembershipId,
  type MessageId,
  parseId,
} from "#db/ids.ts";
import { correlationIdSchema, messageIdSchema } from "../messaging/schema.ts";

/** Days that messages can be kept for; null is for ever. */
export const retentionChoices = [30, 90, 365, null] as const;
export type RetentionDays = (typeof retentionChoices)[number];

export interface RetentionView {
  days: RetentionDays;
  /** Up to how many older messages were counted. */
  countedTo: number;
  /** For each choice, how many messages are older by now; null for more than were counted. */
  older: { days: Exclude<RetentionDays, null>; messages: number | null }[];
}

/** One line that a person writes for the record. */
const reasonSchema = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(500)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is refused.
  .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, "must be one line without control characters");

export const holdIdSchema = z.custom<HoldId>(
  (value) => parseId(value, "hld") !== undefined,
  "must be a hold id (hld_…)",
);

export const erasureIdSchema = z.custom<ErasureId>(
  (value) => parseId(value, "ers") !== undefined,
  "must be an erasure id (ers_…)",
);

export const placeHoldSchema = z
  .strictObject({
    messageId: messageIdSchema.optional(),
    correlationId: correlationIdSchema.optional(),
    reason: reasonSchema,
  })
  .refine(({ messageId, correlationId }) => (messageId === undefined) !== (correlationId === undefined), {
    path: ["messageId"],
    error: "Give either messageId or correlationId",
  });
export type PlaceHold = z.output<typeof placeHoldSchema>;

const limitSchema = z
  .string()
  .regex(/^\d{1,3}$/, "must be a whole number")
  .transform(Number)
  .pipe(z.number().min(1).max(100))
  .default(50);

export const holdListSchema = z.strictObject({
  limit: limitSchema,
  /** The last answer's `nextCursor`. */
  cursor: holdIdSchema.optional(),
  state: z.enum(["active", "released", "all"]).default("active"),
});
export type HoldListQuery = z.output<typeof holdListSchema>;

/** A person as lists name them; their name may be gone. */
export interface NamedPerson {
  id: string;
  name: string;
}

export interface HoldView {
  id: HoldId;
  /** What is held: one message, or all of a conversation, also what is still to be said in it. */
  messageId: MessageId | null;
  /** The conversation that is held, or that of the message. */
  correlationId: string;
  reason: string;
  placedBy: NamedPerson | null;
  placedAt: string;
  releasedBy: NamedPerson | null;
  releasedAt: string | null;
}

export interface HoldList {
  /** Newest first. */
  holds: HoldView[];
  nextCursor: HoldId | null;
}

export const erasureSubjectSchema = z.custom<AgentId | MembershipId>(
  (value) => parseId(value, "agt", "mem") !== undefined,
  "must be an agent's or a member's id (agt_…, mem_…)",
);

export const requestErasureSchema = z.strictObject({
  subjectId: erasureSubjectSchema,
  /** Also what was written to them. */
  includeReceived: z.boolean().default(false),
  reason: reasonSchema,
});
export type RequestErasure = z.output<typeof requestErasureSchema>;

export const erasureListSchema = z.strictObject({
  limit: limitSchema,
  cursor: erasureIdSchema.optional(),
});
export type ErasureListQuery = z.output<typeof erasureListSchema>;

export type ErasureState = "waiting" | "running" | "done";

export interface ErasureView {
  id: ErasureId;
  subject: { id: AgentId | MembershipId; kind: "agent" | "member"; name: string };
  includeReceived: boolean;
  reason: string;
  state: ErasureState;
  /** Messages whose contents are gone. */
  erased: number;
  /** Messages that a hold keeps as they are. */
  heldBack: number;
  requestedBy: NamedPerson | null;
  createdAt: string;
  finishedAt: string | null;
}

export interface ErasureList {
  /** Newest first. */
  erasures: ErasureView[];
  nextCursor: ErasureId | null;
}

/** Whose contents can be erased. */
export interface ErasureSubject {
  id: AgentId | MembershipId;
  kind: "agent" | "member";
  name: string;
}

export { reasonSchema };
