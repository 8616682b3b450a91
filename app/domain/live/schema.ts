import type { MessageView } from "#app/domain/messaging/schema.ts";
import { type MailboxId, parseId } from "#db/ids.ts";

/**
 * What both stream faces say. On an agent's face (`/api/messaging/inbox/:mailboxId/stream`) an
 * event's data is the shape given here; on the web face (`/api/live`) it is wrapped in
 * `{ topic, data }`, but for `ready` and `bye`, which speak of the connection.
 */
export const liveEventNames = ["ready", "message", "delivery", "gap", "reset", "bye"] as const;
export type LiveEventName = (typeof liveEventNames)[number];

/** The stream is open at `cursor`; `lastSequence` is the newest message that the mailbox has. */
export interface ReadyData {
  cursor: number;
  lastSequence: number;
}

/** The web face's `ready`: the composite cursor, and each topic's own. */
export interface LiveReadyData {
  cursor: string;
  topics: Record<LiveTopic, ReadyData>;
}

/** What became of a message changed. A hint for who is watching: not replayed, it has no cursor. */
export interface DeliveryData {
  messageId: string;
  sequence: number | null;
  status: MessageView["status"];
  handling: MessageView["handling"];
}

/** Retention has taken sequences `from` to `through`, which the cursor had not reached. */
export interface GapData {
  from: number;
  through: number;
}

/**
 * The cursor that the client came with means nothing here: it is no cursor (`unknown`) or lies
 * beyond the newest message (`ahead`, after a restore). The stream goes on from `cursor`, the
 * mailbox's end; who needs what lies before reads the inbox.
 */
export interface ResetData {
  reason: "unknown" | "ahead";
  cursor: number;
}

/** The stream ends. Come back after `retryMs`, where there is a way back. */
export interface ByeData {
  reason: "draining" | "credential" | "mailbox";
  retryMs: number | null;
}

/** A feed that the web face carries; its name tags each event. */
export type LiveTopic = `inbox:${string}`;

/** The topic of a mailbox's messages. */
export const inboxTopic = (mailboxId: MailboxId): LiveTopic => `inbox:${mailboxId}`;

/** The mailbox that a topic names; undefined when it names none. */
export function parseTopic(topic: string): { topic: LiveTopic; mailboxId: MailboxId } | undefined {
  if (!topic.startsWith("inbox:")) return undefined;
  const mailboxId = parseId(topic.slice("inbox:".length), "agt", "mem", "dsk");
  return mailboxId === undefined ? undefined : { topic: inboxTopic(mailboxId), mailboxId };
}

/** A mailbox cursor: the sequence of the last message that was seen, 0 for none. */
export function parseSequence(text: string): number | undefined {
  if (!/^(0|[1-9]\d{0,15})$/.test(text)) return undefined;
  const sequence = Number(text);
  return Number.isSafeInteger(sequence) ? sequence : undefined;
}

/** The web face's cursor: each topic's own, `inbox:agt_…=42,inbox:agt_…=7`. */
export const formatCursor = (sequences: Iterable<readonly [LiveTopic, number]>): string =>
  Array.from(sequences, ([topic, sequence]) => `${topic}=${sequence}`).join(",");

/** The inverse of `formatCursor`; undefined when any part is not well formed or a topic stands twice. */
export function parseCursor(text: string): Map<LiveTopic, number> | undefined {
  const sequences = new Map<LiveTopic, number>();
  for (const part of text.split(",")) {
    const equals = part.lastIndexOf("=");
    const topic = parseTopic(part.slice(0, Math.max(0, equals)))?.topic;
    const sequence = parseSequence(part.slice(equals + 1));
    if (topic === undefined || sequence === undefined || sequences.has(topic)) return undefined;
    sequences.set(topic, sequence);
  }
  return sequences;
}

/** How many topics one connection of the web face may carry. */
export const maxTopics = 16;
