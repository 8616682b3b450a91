/** The list of a tenant's messages: what can be asked of it, and what it gives. Client-safe. */
import type { MailboxId, MessageId } from "#db/ids.ts";
import {
  type DeliveryStatus,
  deliveryStatuses,
  type Handling,
  type MessageKind,
  type MessageType,
  type MessageView,
  type Priority,
} from "./schema.ts";

/** The deliveries that somebody may have to do something about. Each is found by an index of its own. */
export const problemStatuses = ["failed", "expired", "blocked"] as const satisfies readonly DeliveryStatus[];

/** `problem` stands for all of `problemStatuses`. */
export const listedStatuses = ["problem", ...deliveryStatuses] as const;
export type ListedStatus = (typeof listedStatuses)[number];

export const messageWindows = ["1h", "24h", "7d", "30d"] as const;
export type MessageWindow = (typeof messageWindows)[number];

const HOUR_MS = 3_600_000;
export const windowMs: Record<MessageWindow, number> = {
  "1h": HOUR_MS,
  "24h": 24 * HOUR_MS,
  "7d": 7 * 24 * HOUR_MS,
  "30d": 30 * 24 * HOUR_MS,
};

/** What messages are asked for. Filters that are given hold together. */
export interface MessageFilters {
  status?: ListedStatus | undefined;
  handling?: Handling | undefined;
  type?: MessageType | undefined;
  kind?: MessageKind | undefined;
  priority?: Priority | undefined;
  from?: MailboxId | undefined;
  to?: MailboxId | undefined;
  /** Who sent it or was sent it. */
  either?: MailboxId | undefined;
  correlationId?: string | undefined;
  /** Words of the payload, in any order and case. */
  text?: string | undefined;
  /** Only what was sent within this time. */
  window?: MessageWindow | undefined;
  /** Sent at this time or later, and before that one; ISO 8601 with a zone. */
  since?: string | undefined;
  until?: string | undefined;
}

export interface MessageListQuery extends MessageFilters {
  /** What is older than this message. */
  before?: MessageId | undefined;
  /** What is newer than this message, next to it. Not with `before`. */
  after?: MessageId | undefined;
  limit: number;
}

export interface MessageList {
  /** Newest first. */
  messages: MessageView[];
  /** Pass as `before` for what is older; null at the end. */
  older: MessageId | null;
  /** Pass as `after` for what is newer; null on the newest page. */
  newer: MessageId | null;
  /** How far a search came that stopped before it had filled the page; `older` goes on from there. */
  searchedTo: string | null;
}
