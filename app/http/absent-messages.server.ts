interface Handled {
  messageId: string;
  outcome: string;
}

/** The messages that an answer about several says are not there. */
export const absentMessages = ({ messages }: { messages: readonly Handled[] }): string[] =>
  messages.filter(({ outcome }) => outcome === "not_found").map(({ messageId }) => messageId);
