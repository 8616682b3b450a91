import type { MessageFilters } from "#app/domain/messaging/message-list-schema.ts";

export type { MessageFilters };

/** What its URL says besides: the place in the list, and the message that is open. */
export interface MessagePlace {
  before?: string | undefined;
  after?: string | undefined;
  message?: string | undefined;
}

/** The URL of a list of messages: what stands behind a figure. */
export function messagesHref(filters: MessageFilters & MessagePlace = {}): string {
  const text = searchOf(filters).toString();
  return text === "" ? "/dashboard/messages" : `/dashboard/messages?${text}`;
}

/** Where the same messages are had as a file. */
export const exportHref = (format: "csv" | "ndjson", filters: MessageFilters): string =>
  `/dashboard/messages/export?${searchOf({ format, ...filters })}`;

function searchOf(values: object): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    if (value !== undefined) search.set(name, String(value));
  return search;
}
