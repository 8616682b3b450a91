import type { ConversationPage, MessageView, Party, Thread } from "#app/domain/messaging/schema.ts";

/** Messages that are read at a time. */
export const pageSize = 50;

/** A part of a conversation as the page has it; in the order of sending, without gaps. */
export interface ThreadPart {
  opening: MessageView;
  messages: readonly MessageView[];
  hasEarlier: boolean;
  hasLater: boolean;
  participants: readonly Party[];
  count: number;
  countIsExact: boolean;
  /** Those that came while the page was open. */
  arrivedIds: ReadonlySet<string>;
}

export const openThread = (thread: Thread): ThreadPart => ({ ...thread, arrivedIds: new Set() });

/** Ids are made in the order of sending. */
const byId = (a: MessageView, b: MessageView): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

function merged(before: readonly MessageView[], news: readonly MessageView[]): MessageView[] {
  const messages = new Map(before.map((message) => [message.id, message]));
  // What is read later knows better what became of a message.
  for (const message of news) messages.set(message.id, message);
  return [...messages.values()].sort(byId);
}

/** Takes in what leads up to the part. */
export const withEarlier = (part: ThreadPart, page: ConversationPage): ThreadPart => ({
  ...part,
  messages: merged(part.messages, page.messages),
  hasEarlier: page.cursor !== null,
});

/** Takes in what follows the part; `isNews` where the page had shown the end, so that it arrived just now. */
export function withLater(part: ThreadPart, page: ConversationPage, isNews: boolean): ThreadPart {
  const known = new Set(part.messages.map(({ id }) => id));
  const fresh = page.messages.filter(({ id }) => !known.has(id));
  return {
    ...part,
    messages: merged(part.messages, page.messages),
    hasLater: page.cursor !== null,
    participants: page.participants,
    count: isNews && part.countIsExact ? part.count + fresh.length : part.count,
    arrivedIds: isNews ? new Set([...part.arrivedIds, ...fresh.map(({ id }) => id)]) : part.arrivedIds,
  };
}

/** Messages at the end that are read again with what is new, since what became of them may have changed. */
const readAgain = 30;

/** After which message to read for news; undefined for from the beginning. */
export function newsAfter({ messages, hasEarlier }: ThreadPart): string | undefined {
  const index = messages.length - readAgain - 1;
  if (index >= 0) return messages[index]?.id;
  // The part begins later than the thread: from its first message on.
  return hasEarlier ? messages[0]?.id : undefined;
}

/** Without the pieces of answers that are there in full; one that the address names stays. */
export function withoutParts(messages: readonly MessageView[], linkedId?: string): MessageView[] {
  const answered = new Set(messages.flatMap((one) => (isAnswer(one) ? [answerOf(one)] : [])));
  return messages.filter((one) => !isPart(one) || one.id === linkedId || !answered.has(answerOf(one)));
}

const isPart = (message: MessageView): boolean =>
  message.type === "data_response" && message.erasedAt === null && message.payload.partial === true;
const isAnswer = (message: MessageView): boolean => message.type === "data_response" && !isPart(message);
/** Who answers what. */
const answerOf = ({ senderId, recipientId, replyTo }: MessageView): string =>
  `${senderId} ${recipientId} ${replyTo}`;
