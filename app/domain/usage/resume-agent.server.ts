import type { AnyAuditEvent } from "#app/domain/audit/audit-event.ts";
import { insertAuditEvents } from "#app/domain/audit/insert-audit-events.server.ts";
import { AppError, notFound } from "#app/domain/errors.ts";
import type { Database, Sql } from "#db/database.ts";
import { type AgentId, toTypeId, toUuid } from "#db/ids.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { QUOTA_UNITS } from "../catalogue.ts";
import type { AgentView } from "../messaging/agent-schema.ts";
import { requireScope } from "../messaging/mailbox-access.ts";
import { readAgent } from "../messaging/read-agent.server.ts";
import { nextCeiling, percentOf, quotaStateOf, type Use, unusedQuota } from "../quota-state.ts";
import { recomputeHolds } from "./recompute-holds.server.ts";

/**
 * Lets an agent go on that its quota or a budget has paused: whatever pauses it gets its next ceiling. A
 * person's pause is another fact and stays. Where the tenant's budget is what pauses it, that goes on for
 * all of its agents.
 * @throws AppError forbidden; not_found; conflict: no quota and no budget pauses it
 */
export async function resumeAgent(
  db: Database,
  actor: Actor,
  agentId: AgentId,
  request: RequestInfo,
): Promise<AgentView> {
  requireScope(actor, "billing:write");
  const raised = await db.asTenantSql(actor.tenantId, (sql) => raiseCeilings(sql, actor, agentId, request));
  if (raised === 0) throw new AppError("conflict", "Neither its quota nor a budget has paused this agent.");
  return readAgent(db, actor, agentId);
}

/**
 * Raises the ceilings that pause this agent, on the caller's transaction; gives how many.
 * @throws AppError not_found
 */
export async function raiseCeilings(
  sql: Sql,
  actor: Actor,
  agentId: AgentId,
  request: RequestInfo | null,
): Promise<number> {
  const where = { tenant: toUuid(actor.tenantId), agent: toUuid(agentId) };
  const [agent] = await sql<{ name: string }[]>`
    select name from agents where tenant_id = ${where.tenant} and id = ${where.agent}
  `;
  if (agent === undefined) throw notFound("agent");
  const quotas = await lockPausingQuota(sql, where);
  const budgets = await lockPausingBudgets(sql, where);
  const common = { tenantId: actor.tenantId, actor, request };
  const audit: AnyAuditEvent[] = [];
  for (const { use, period } of quotas) {
    const to = nextCeiling(use);
    await sql`
      update agent_periods set ceiling_percent = ${to}
      where tenant_id = ${where.tenant} and agent_id = ${where.agent} and period = ${period}
    `;
    const details = { ceilingPercent: { from: use.ceilingPercent, to }, usedPercent: percentOf(use), period };
    const resource = { id: agentId, name: agent.name };
    audit.push({ ...common, action: "usage.ceiling.raised", resource, details });
  }
  for (const { use, period, budgetUuid, isWhole } of budgets) {
    const to = nextCeiling(use);
    await sql`
      update budget_periods set ceiling_percent = ${to}
      where tenant_id = ${where.tenant} and budget_id = ${budgetUuid} and period = ${period}
    `;
    audit.push({
      ...common,
      action: "budget.ceiling.raised",
      resource: { id: toTypeId("bgt", budgetUuid) },
      details: {
        ...{ ceilingPercent: { from: use.ceilingPercent, to }, usedPercent: percentOf(use), period },
        agentId: isWhole ? null : agentId,
      },
    });
  }
  if (audit.length === 0) return 0;
  const isForAll = budgets.some(({ isWhole }) => isWhole);
  await recomputeHolds(sql, [{ tenantUuid: where.tenant, agents: isForAll ? "all" : [where.agent] }]);
  await insertAuditEvents(sql, audit);
  return audit.length;
}

interface Pausing {
  use: Use;
  period: string;
}

interface OfAgent {
  tenant: string;
  agent: string;
}

const thisMonth = "date_trunc('month', now() at time zone 'utc')::date";

async function lockPausingQuota(sql: Sql, { tenant, agent }: OfAgent): Promise<Pausing[]> {
  const rows = await sql<{ period: string; used_units: string; ceiling_percent: number; overage: boolean }[]>`
    select
      used.period::text as period, used.used_units, used.ceiling_percent,
      (select overage from tenants where id = used.tenant_id) as overage
    from agent_periods used
    where used.tenant_id = ${tenant} and used.agent_id = ${agent} and used.period = ${sql.unsafe(thisMonth)}
    for update of used
  `;
  return rows
    .map(({ period, used_units, ceiling_percent, overage }) => ({
      period,
      use: { used: Number(used_units), of: QUOTA_UNITS, ceilingPercent: ceiling_percent, overage },
    }))
    .filter(isPausing);
}

async function lockPausingBudgets(
  sql: Sql,
  { tenant, agent }: OfAgent,
): Promise<(Pausing & { budgetUuid: string; isWhole: boolean })[]> {
  const rows = await sql<
    {
      budget_id: string;
      is_whole: boolean;
      period: string;
      spent_micros: string;
      amount_micros: string;
      ceiling_percent: number;
    }[]
  >`
    select
      budget.id as budget_id, budget.agent_id is null as is_whole, budget.amount_micros,
      used.period::text as period, used.spent_micros, used.ceiling_percent
    from budget_periods used
    join budgets budget on budget.tenant_id = used.tenant_id and budget.id = used.budget_id
    where used.tenant_id = ${tenant} and used.period = ${sql.unsafe(thisMonth)}
      and (budget.agent_id is null or budget.agent_id = ${agent})
    order by used.tenant_id, used.budget_id
    for update of used
  `;
  return rows
    .map(({ budget_id, is_whole, period, ...row }) => ({
      ...{ period, budgetUuid: budget_id, isWhole: is_whole },
      use: {
        ...unusedQuota,
        ...{ used: Number(row.spent_micros), of: Number(row.amount_micros) },
        ceilingPercent: row.ceiling_percent,
      },
    }))
    .filter(isPausing);
}

const isPausing = ({ use }: Pausing): boolean => quotaStateOf(use) === "paused";
