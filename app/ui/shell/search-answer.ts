import type { MessageType } from "#app/domain/messaging/schema.ts";
import type { AgentHit } from "#app/domain/messaging/search-schema.ts";

/** A conversation as the command palette lists it: by its latest message that matches. */
export interface ConversationHit {
  correlationId: string;
  type: MessageType;
  summary: string;
  senderName: string;
  recipientName: string;
  at: string;
}

/** What `/dashboard/search` answers. */
export interface SearchAnswer {
  agents: AgentHit[];
  conversations: ConversationHit[];
}
