import type { MessageType } from "#app/domain/messaging/schema.ts";

export interface ComposeStart {
  /** The agent that it is for. */
  to?: string | undefined;
  type?: MessageType | undefined;
  /** The message that it answers. */
  replyTo?: string | undefined;
}

export const composeAction = "/dashboard/compose";

/** The page that a message is written on. */
export function composePath(start: ComposeStart = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(start)) if (value !== undefined) search.set(name, String(value));
  const text = search.toString();
  return text === "" ? composeAction : `${composeAction}?${text}`;
}
