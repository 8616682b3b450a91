/** The fleet as a graph, and its allowlist as a matrix. Client-safe. Times are ISO 8601 in UTC. */
import { z } from "zod";
import type { AgentId, DeskId } from "#db/ids.ts";
import { type AgentStatus, agentIdSchema, type ModelTier } from "./agent-schema.ts";
import { type MessageWindow, messageWindows } from "./message-list-schema.ts";

/** Agents that the graph and the matrix show at most, first by name. */
export const maxShownAgents = 500;

export const topologyWindows = messageWindows;
export type TopologyWindow = MessageWindow;

export interface TopologyAgent {
  id: AgentId;
  name: string;
  modelTier: ModelTier;
  status: AgentStatus;
}

/** What went from one to the other within the window, by what became of it. */
export interface EdgeCounts {
  /** All, the blocked ones included. */
  sent: number;
  delivered: number;
  blocked: number;
  failed: number;
  expired: number;
}

export interface TopologyEdge extends EdgeCounts {
  senderId: AgentId;
  recipientId: AgentId | DeskId;
  /** The desk is open to every agent. */
  permitted: boolean;
  /** Since when the allowlist has it; null where it has not. */
  permittedAt: string | null;
}

export interface Topology {
  window: TopologyWindow;
  /** Counted from here: a whole hour (up to seven days) or a whole day. */
  since: string;
  /** In order of name. */
  agents: TopologyAgent[];
  /** The operators' desk, where something went to it within the window. */
  deskId: DeskId | null;
  /** Permitted, or something was sent over it within the window. */
  edges: TopologyEdge[];
  /** There are more agents than are shown. */
  isCut: boolean;
}

/** One agent of the matrix, as a row and as a column. */
export interface MatrixAgent {
  id: AgentId;
  name: string;
  status: AgentStatus;
}

export interface AllowlistMatrix {
  /** In order of name; a row and a column each. */
  agents: MatrixAgent[];
  /** For each agent whom it may send to, by places in `agents`. */
  receivers: number[][];
  isCut: boolean;
}

/** What is done with all edges of an agent on one side. */
export const setAgentEdgesSchema = z.strictObject({
  agentId: agentIdSchema,
  /** The agent is the edges' sender, or their recipient. */
  side: z.enum(["sender", "recipient"]),
  allowed: z.boolean(),
});
export type SetAgentEdges = z.output<typeof setAgentEdgesSchema>;
