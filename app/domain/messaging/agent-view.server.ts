import { sql } from "drizzle-orm";
import type { AgentId } from "#db/ids.ts";
import { agents, mailboxes } from "#db/schema/index.ts";
import type { AgentStatus, AgentView, MailboxMode, ModelTier, ThinkingMode } from "./agent-schema.ts";

/** What is read of an agent and its mailbox. */
export const agentColumns = {
  id: agents.id,
  name: agents.name,
  description: agents.description,
  modelTier: agents.modelTier,
  thinkingMode: agents.thinkingMode,
  status: agents.status,
  pausedAt: agents.pausedAt,
  pausedReason: agents.pausedReason,
  tokenQuota: agents.tokenQuota,
  createdAt: agents.createdAt,
  updatedAt: agents.updatedAt,
  mailboxMode: mailboxes.mode,
  lastSequence: mailboxes.lastSequence,
  purgedThrough: mailboxes.purgedThrough,
};

/** An agent's mailbox has the agent's id. */
export const isItsMailbox = sql`${mailboxes.tenantId} = ${agents.tenantId} and ${mailboxes.id} = ${agents.id}`;

export interface AgentRow {
  id: AgentId;
  name: string;
  description: string | null;
  modelTier: string;
  thinkingMode: string;
  status: string;
  pausedAt: Date | null;
  pausedReason: string | null;
  tokenQuota: number;
  createdAt: Date;
  updatedAt: Date;
  mailboxMode: string;
  lastSequence: number;
  purgedThrough: number;
}

/** The casts are what the table's CHECK constraints guarantee. */
export const toAgentView = (row: AgentRow): AgentView => ({
  id: row.id,
  name: row.name,
  description: row.description,
  modelTier: row.modelTier as ModelTier,
  thinkingMode: row.thinkingMode as ThinkingMode,
  status: row.status as AgentStatus,
  pausedAt: row.pausedAt?.toISOString() ?? null,
  pausedReason: row.pausedReason,
  tokenQuota: row.tokenQuota,
  mailboxMode: row.mailboxMode as MailboxMode,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
  inboxTotal: row.lastSequence - row.purgedThrough,
});
