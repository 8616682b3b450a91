import type { MessageView } from "#app/domain/messaging/schema.ts";
import { type MailboxId, parseId } from "#db/ids.ts";

/**
 * What both stream faces say. On an agent's face (`/api/messaging/inbox/:mailboxId/stream`) an
 * event's data is the shape given here; on the web face (`/api/live`) it is wrapped in
 * `{ topic, data }`, but for `ready` and `bye`, which speak of the connection, and `changed`, which has
 * nothing to say but its topic.
 */
export const liveEventNames = ["ready", "message", "delivery", "changed", "gap", "reset", "bye"] as const;
export type LiveEventName = (typeof liveEventNames)[number];

/** The stream is open at `cursor`; `lastSequence` is the newest message that the mailbox has. */
export interface ReadyData {
  cursor: number;
  lastSequence: number;
}

/** The web face's `ready`: the composite cursor, and each mailbox's own. */
export interface LiveReadyData {
  cursor: string;
  topics: Record<InboxTopic, ReadyData>;
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

/**
 * The stream ends. Come back after `retryMs`, where there is a way back; where the access token has
 * ended (`token`), with the next one.
 */
export interface ByeData {
  reason: "draining" | "credential" | "token" | "mailbox";
  retryMs: number | null;
}

/** A mailbox's messages and what becomes of them; has a cursor, and resumes from it exactly. */
export type InboxTopic = `inbox:${string}`;

/**
 * Says that something has changed and never what: `changed`, without a cursor and without replay.
 * A connection that says how old what it shows is hears `changed` at once when there is news; it
 * may hear it once too often, never too seldom.
 */
export type HintTopic = "traffic" | "activity" | "alerts" | `conversation:${string}`;

/** A feed that the web face carries; its name tags each event. */
export type LiveTopic = InboxTopic | HintTopic;

/** The topic of a mailbox's messages. */
export const inboxTopic = (mailboxId: MailboxId): InboxTopic => `inbox:${mailboxId}`;

/** Whatever is sent in the tenant, refused sends included. At most one `changed` a second. */
export const trafficTopic: HintTopic = "traffic";

/** Whatever is recorded in the tenant's audit trail. At most one `changed` a second. */
export const activityTopic: HintTopic = "activity";

/** The tenant's alerts; for who administers the service, those of the service too. At most one `changed` a second. */
export const alertsTopic: HintTopic = "alerts";

/** The messages of a conversation. At most four `changed` a second. */
export const conversationTopic = (correlationId: string): HintTopic =>
  // A correlation id is the client's own and may hold what separates topics.
  `conversation:${encodeURIComponent(correlationId)}`;

export const isHintTopic = (topic: LiveTopic): topic is HintTopic =>
  topic === trafficTopic ||
  topic === activityTopic ||
  topic === alertsTopic ||
  topic.startsWith("conversation:");

/** What a topic names. A correlation id is as the client wrote it: not checked. */
export type ParsedTopic =
  | { kind: "inbox"; topic: InboxTopic; mailboxId: MailboxId }
  | { kind: "traffic"; topic: HintTopic }
  | { kind: "activity"; topic: HintTopic }
  | { kind: "alerts"; topic: HintTopic }
  | { kind: "conversation"; topic: HintTopic; correlationId: string };

/** What a topic names; undefined when that is nothing. */
export function parseTopic(name: string): ParsedTopic | undefined {
  if (name === trafficTopic) return { kind: "traffic", topic: trafficTopic };
  if (name === activityTopic) return { kind: "activity", topic: activityTopic };
  if (name === alertsTopic) return { kind: "alerts", topic: alertsTopic };
  const colon = name.indexOf(":");
  const rest = name.slice(colon + 1);
  switch (name.slice(0, colon)) {
    case "inbox": {
      const mailboxId = parseId(rest, "agt", "mem", "dsk");
      return mailboxId === undefined ? undefined : { kind: "inbox", topic: inboxTopic(mailboxId), mailboxId };
    }
    case "conversation": {
      const correlationId = decoded(rest);
      if (correlationId === undefined) return undefined;
      return { kind: "conversation", topic: conversationTopic(correlationId), correlationId };
    }
    default:
      return undefined;
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** A mailbox cursor: the sequence of the last message that was seen, 0 for none. */
export function parseSequence(text: string): number | undefined {
  if (!/^(0|[1-9]\d{0,15})$/.test(text)) return undefined;
  const sequence = Number(text);
  return Number.isSafeInteger(sequence) ? sequence : undefined;
}

/** The web face's cursor: each mailbox's own, `inbox:agt_…=42,inbox:agt_…=7`. */
export const formatCursor = (sequences: Iterable<readonly [InboxTopic, number]>): string =>
  Array.from(sequences, ([topic, sequence]) => `${topic}=${sequence}`).join(",");

/** The inverse of `formatCursor`; undefined when any part is not well formed or a topic stands twice. */
export function parseCursor(text: string): Map<InboxTopic, number> | undefined {
  const sequences = new Map<InboxTopic, number>();
  for (const part of text.split(",")) {
    const equals = part.lastIndexOf("=");
    const named = parseTopic(part.slice(0, Math.max(0, equals)));
    const sequence = parseSequence(part.slice(equals + 1));
    if (named?.kind !== "inbox" || sequence === undefined || sequences.has(named.topic)) return undefined;
    sequences.set(named.topic, sequence);
  }
  return sequences;
}

/** How many topics one connection of the web face may carry: those of all of a person's tabs. */
export const maxTopics = 32;

/** How far back a new connection may ask whether something has changed. */
export const maxAgeMs = 24 * 60 * 60 * 1_000;
