import type { ListedStatus, MessageWindow } from "#app/domain/messaging/message-list-schema.ts";
import type { MessageType } from "#app/domain/messaging/schema.ts";

/** What the list of messages can be narrowed to. */
export interface MessageFilters {
  status?: ListedStatus | undefined;
  type?: MessageType | undefined;
  from?: string | undefined;
  to?: string | undefined;
  window?: MessageWindow | undefined;
}

/** What its URL says besides: the place in the list, and the message that is open. */
export interface MessagePlace {
  before?: string | undefined;
  after?: string | undefined;
  message?: string | undefined;
}

/** The URL of a list of messages: what stands behind a figure. */
export function messagesHref(filters: MessageFilters & MessagePlace = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(filters))
    if (value !== undefined) search.set(name, String(value));
  const text = search.toString();
  return text === "" ? "/dashboard/messages" : `/dashboard/messages?${text}`;
}
