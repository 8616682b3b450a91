/** What the command palette looks for and finds. Client-safe. */
import { z } from "zod";
import type { AgentId } from "#db/ids.ts";
import { type AgentStatus, agentStatuses, type ModelTier } from "./agent-schema.ts";
import type { MessageView } from "./schema.ts";

export const searchQuerySchema = z.strictObject({
  q: z.string().trim().max(200).default(""),
  /** Only agents of this status, and nothing else. */
  status: z.enum(agentStatuses).optional(),
});
export type SearchQuery = z.output<typeof searchQuerySchema>;

export interface AgentHit {
  id: AgentId;
  name: string;
  status: AgentStatus;
  modelTier: ModelTier;
}

export interface SearchHits {
  agents: AgentHit[];
  /** A conversation each: its latest message that matches. */
  conversations: MessageView[];
}
