import type { DeliveryStatus, InboxPage, MessageType, MessageView } from "#app/domain/messaging/schema.ts";
import type { MailboxKind } from "#db/ids.ts";

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
