/** The list of a tenant's messages: what can be asked of it, and what it gives. Client-safe. */
import type { MailboxId, MessageId } from "#db/ids.ts";
import { type DeliveryStatus, deliveryStatuses, type MessageType, type MessageView } from "./schema.ts";

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

export interface MessageListQuery {
  status?: ListedStatus | undefined;
  type?: MessageType | undefined;
  from?: MailboxId | undefined;
  to?: MailboxId | undefined;
  /** Only what was sent within this time. */
  window?: MessageWindow | undefined;
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
