import type { MessageView } from "#app/domain/messaging/schema.ts";
import { summaryOf } from "../messages/message-words.ts";

const longest = 120;

/** What a conversation is called: what its first message says, cut where it is long. */
export function subjectOf(opening: MessageView): string {
  const [line = ""] = summaryOf(opening).trim().split("\n");
  return line.length <= longest ? line : `${line.slice(0, longest).trimEnd()}…`;
}
