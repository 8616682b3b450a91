import type { DeliveryStatus, InboxPage, MessageType, MessageView } from "#app/domain/messaging/schema.ts";
import type { MailboxKind } from "#db/ids.ts";
import { matchWords } from "../shell/match-words.ts";

/** A mailbox as the inbox's left pane lists it. */
export interface MailboxView {
  id: string;
  kind: MailboxKind;
  name: string;
  /** Messages in it. */
  total: number;
  /** Those that came since the viewer last had it open; null for one that was never open. */
  unseen: number | null;
}

/** What the inbox's URL asks for, besides the mailbox and the message. */
export interface InboxFilters {
  type?: MessageType | undefined;
  status?: DeliveryStatus | undefined;
  from?: string | undefined;
}

export interface InboxData {
  mailbox: MailboxView;
  page: InboxPage;
  filters: InboxFilters;
  /** The sequence that the list was asked to start before; null starts it at the newest. */
  startsBefore: number | null;
  /** The newest message that the viewer had seen before this visit. */
  seenThrough: number;
}

/** Whether a message that just arrived belongs in a list with these filters. */
export const matchesFilters = (message: MessageView, { type, status, from }: InboxFilters): boolean =>
  (type === undefined || message.type === type) &&
  (status === undefined || message.status === status) &&
  (from === undefined || message.senderId === from);

export const hasFilters = (filters: InboxFilters): boolean =>
  Object.values(filters).some((value) => value !== undefined);

/** The inbox's URL with some of its parameters changed; null takes one away. */
export function inboxHref(current: URLSearchParams, changes: Record<string, string | null>): string {
  const next = new URLSearchParams(current);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  return text === "" ? "/dashboard/inbox" : `/dashboard/inbox?${text}`;
}

/** What makes a list another list. */
export const listKey = ({ mailbox, filters, startsBefore }: InboxData): string =>
  JSON.stringify([mailbox.id, filters.type, filters.status, filters.from, startsBefore]);

/** What of the URL narrows the list of mailboxes, and not that of the messages. */
export const mailboxFilterNames = ["find", "unread"] as const;

/** The mailboxes that the URL asks for; the open one stays, so that opening it does not take it away. */
export function findMailboxes(
  mailboxes: readonly MailboxView[],
  search: URLSearchParams,
  selectedId: string,
): MailboxView[] {
  const words = search.get("find") ?? "";
  const isUnreadOnly = search.has("unread");
  return mailboxes.filter(
    ({ id, name, unseen }) =>
      matchWords(words, name) !== undefined &&
      (!isUnreadOnly || (unseen ?? 0) > 0 || (id === selectedId && search.has("agent"))),
  );
}
