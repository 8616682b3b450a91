/** A conversation's page; at one of its messages, when it is named. */
export function conversationPath(correlationId: string, messageId?: string): string {
  const path = `/dashboard/conversations/${encodeURIComponent(correlationId)}`;
  return messageId === undefined ? path : `${path}?message=${messageId}`;
}
