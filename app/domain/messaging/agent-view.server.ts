import { sql } from "drizzle-orm";
import type { AgentId } from "#db/ids.ts";
import { agents, mailboxes } from "#db/schema/index.ts";
import { FIRST_CEILING_PERCENT, QUOTA_UNITS } from "../catalogue.ts";
import { percentOf, type QuotaState, quotaStateOf, severer } from "../quota-state.ts";
import type {
  AgentQuota,
  AgentStatus,
  AgentView,
  MailboxMode,
  ModelTier,
  ThinkingMode,
} from "./agent-schema.ts";

/** What an agent's quota follows from; `use` is null until it has used something this month. */
export interface QuotaFacts {
  use: { tokens: number; units: number; ceilingPercent: number } | null;
  overage: boolean;
  /** What its sends are held to at this moment. */
  hold: "limited" | "paused" | null;
  /** ISO 8601, when the month is over. */
  until: string;
}

const quotaFacts = sql<QuotaFacts>`json_build_object(
  'use', (
    select json_build_object('tokens', used_tokens, 'units', used_units, 'ceilingPercent', ceiling_percent)
    from agent_periods
    where tenant_id = ${agents.tenantId} and agent_id = ${agents.id}
      and period = date_trunc('month', now() at time zone 'utc')::date
  ),
  'overage', (select overage from tenants where id = ${agents.tenantId}),
  'hold', case when ${agents.quotaHoldUntil} > now() then ${agents.quotaHold} end,
  'until', to_char(date_trunc('month', now() at time zone 'utc') + interval '1 month', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
)`;

/** Of an agent that was just made. */
export const unusedFacts = (now: Date): QuotaFacts => ({
  ...{ use: null, overage: false, hold: null },
  until: new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1)).toISOString(),
});

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
  quotaFacts,
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
  quotaFacts: QuotaFacts;
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
  quota: quotaOf(row),
  mailboxMode: row.mailboxMode as MailboxMode,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
  inboxTotal: row.lastSequence - row.purgedThrough,
});

function quotaOf({ tokenQuota, quotaFacts: { use, overage, hold, until } }: AgentRow): AgentQuota {
  const ceilingPercent = use?.ceilingPercent ?? FIRST_CEILING_PERCENT;
  const units = { used: use?.units ?? 0, of: QUOTA_UNITS };
  const own = quotaStateOf({ ...units, ceilingPercent, overage });
  // Budgets hold an agent whatever its quota says.
  const held: QuotaState = hold ?? "normal";
  return {
    state: severer(own, held),
    usedTokens: use?.tokens ?? 0,
    quotaTokens: tokenQuota,
    usedPercent: percentOf(units),
    ...{ ceilingPercent, until },
  };
}
