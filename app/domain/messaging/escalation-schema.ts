/** What waits at the operators' desk, as people see and handle it. Client-safe. Times are ISO 8601 in UTC. */
import { z } from "zod";
import { type MembershipId, parseId } from "#db/ids.ts";
import type { MessageView, PayloadOf } from "./schema.ts";
import { messageIdSchema } from "./schema.ts";

export const escalationStates = ["open", "taken", "resolved"] as const;
export type EscalationState = (typeof escalationStates)[number];

export type Severity = PayloadOf<"escalation">["severity"];

/** The most severe first: a severity's place is its rank. */
export const severitiesByRank = ["critical", "high", "medium", "low"] as const satisfies readonly Severity[];

export const maxResolutionLength = 2_000;

/** `waiting`: open or taken; `mine`: taken by the reader; `closed`: resolved, or expired untaken. */
export const escalationLists = ["waiting", "mine", "closed"] as const;
export type EscalationListName = (typeof escalationLists)[number];

/** A person of the tenant. */
export interface Person {
  id: MembershipId;
  name: string;
}

export interface EscalationView {
  message: MessageView;
  severity: Severity;
  state: EscalationState;
  /** Its TTL has passed before it was resolved: it cannot be taken any more. */
  isExpired: boolean;
  /** Who has it, or had it when it was resolved. */
  holder: Person | null;
  takenAt: string | null;
  resolvedBy: Person | null;
  resolvedAt: string | null;
  resolution: string | null;
}

/** Where a list stopped: `<rank>.<message id>`. */
const cursorSchema = z.string().refine((text) => parseEscalationCursor(text) !== undefined, {
  error: "Must be a cursor that this list gave",
});

export const escalationListSchema = z.strictObject({
  list: z.enum(escalationLists).default("waiting"),
  limit: z.number().int().min(1).max(100).default(50),
  cursor: cursorSchema.optional(),
});
export type EscalationListQuery = z.input<typeof escalationListSchema>;
export const escalationCursorSchema = cursorSchema;

export function parseEscalationCursor(text: string) {
  const [rank = "", id] = text.split(".", 2);
  const messageId = parseId(id, "msg");
  if (!/^[0-3]$/.test(rank) || messageId === undefined || text !== `${rank}.${messageId}`) return undefined;
  return { rank: Number(rank), messageId };
}

export interface EscalationCounts {
  /** Waits for somebody to take it. */
  open: number;
  /** Somebody has it. */
  taken: number;
  /** The reader has it. */
  mine: number;
  /** False where counting stopped. */
  isExact: boolean;
}

export interface EscalationList {
  escalations: EscalationView[];
  /** Pass as `cursor` for what follows; null at the end. */
  cursor: string | null;
  counts: EscalationCounts;
}

export const takeEscalationSchema = z.strictObject({
  messageId: messageIdSchema,
  /** Also from somebody else who has it. */
  takeOver: z.boolean().default(false),
});
export type TakeEscalation = z.input<typeof takeEscalationSchema>;

export const resolutionSchema = z.string().trim().max(maxResolutionLength);
