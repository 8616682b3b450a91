import type { Database, Sql } from "#db/database.ts";
import { type AgentId, type BudgetId, type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import type { Actor } from "../../auth/actor.ts";
import { FIRST_CEILING_PERCENT } from "../../catalogue.ts";
import { notFound } from "../../errors.ts";
import { requireScope } from "../../messaging/mailbox-access.ts";
import { isoTime } from "../../messaging/message-row.ts";
import { percentOf, quotaStateOf } from "../../quota-state.ts";
import { dayOf, firstDayOf, monthOf } from "../reading/days.ts";
import type { Fragment } from "../reading/usage-reach.server.ts";
import type { BudgetList, BudgetView } from "./schema.ts";

interface BudgetRow {
  id: string;
  agent_id: string | null;
  agent_name: string | null;
  amount_micros: string;
  spent_micros: string;
  reserved_micros: string;
  ceiling_percent: number;
  updated_at: string;
}

/** The tenant's budgets with what this month has used of them. */
export function listBudgets(
  db: Database,
  actor: Actor,
  nowMs: number,
  tenantId: TenantId = actor.tenantId,
): Promise<BudgetList> {
  requireScope(actor, tenantId === actor.tenantId ? "billing:read" : "tenants:admin");
  const month = monthOf(dayOf(nowMs));
  return db.asTenantSql(
    tenantId,
    async (sql) => ({ month, budgets: await readBudgets(sql, tenantId, firstDayOf(month), sql`true`) }),
    { readOnly: true },
  );
}

/** @throws AppError not_found */
export function findBudget(
  db: Database,
  actor: Actor,
  budgetId: BudgetId,
  nowMs: number,
): Promise<BudgetView> {
  requireScope(actor, "billing:read");
  const period = firstDayOf(monthOf(dayOf(nowMs)));
  return db.asTenantSql(
    actor.tenantId,
    async (sql) => {
      const [budget] = await readBudgets(sql, actor.tenantId, period, sql`budget.id = ${toUuid(budgetId)}`);
      if (budget === undefined) throw notFound("budget");
      return budget;
    },
    { readOnly: true },
  );
}

/** An agent's budget, or the tenant's own. */
export async function readBudget(
  sql: Sql,
  tenantId: TenantId,
  agentId: AgentId | null,
  period: string,
): Promise<BudgetView> {
  const isIt = sql`budget.agent_id is not distinct from ${agentId === null ? null : toUuid(agentId)}::uuid`;
  const [budget] = await readBudgets(sql, tenantId, period, isIt);
  if (budget === undefined) throw notFound("budget");
  return budget;
}

/** What reservations hold whose time is over is free, also while no job has ended them. */
async function readBudgets(
  sql: Sql,
  tenantId: TenantId,
  period: string,
  isAsked: Fragment,
): Promise<BudgetView[]> {
  const tenantUuid = toUuid(tenantId);
  const rows = await sql<BudgetRow[]>`
    select
      budget.id, budget.agent_id, agent.name as agent_name, budget.amount_micros,
      coalesce(month.spent_micros, 0) as spent_micros,
      greatest(0, coalesce(month.reserved_micros, 0) - coalesce((
        select sum(greatest(0, expired.amount_micros - coalesce(expired.settled_micros, 0)))
        from reservations expired
        where expired.status = 'open' and expired.expires_at <= now()
          and expired.tenant_id = budget.tenant_id and expired.period = ${period}::date
          and (budget.agent_id is null or expired.agent_id = budget.agent_id)
      ), 0))::bigint as reserved_micros,
      coalesce(month.ceiling_percent, ${FIRST_CEILING_PERCENT}) as ceiling_percent,
      ${sql.unsafe(isoTime("budget.updated_at"))} as updated_at
    from budgets budget
    left join agents agent on agent.tenant_id = budget.tenant_id and agent.id = budget.agent_id
    left join budget_periods month on month.tenant_id = budget.tenant_id and month.budget_id = budget.id
      and month.period = ${period}::date
    where budget.tenant_id = ${tenantUuid} and ${isAsked}
    order by budget.agent_id is not null, agent.name, budget.id`;
  return rows.map(toBudgetView);
}

function toBudgetView(row: BudgetRow): BudgetView {
  const [amountMicros, spentMicros, reservedMicros] = [
    Number(row.amount_micros),
    Number(row.spent_micros),
    Number(row.reserved_micros),
  ];
  const use = {
    ...{ used: spentMicros, of: amountMicros, overage: false },
    ceilingPercent: row.ceiling_percent,
  };
  return {
    id: toTypeId("bgt", row.id),
    agentId: row.agent_id === null ? null : toTypeId("agt", row.agent_id),
    agentName: row.agent_name,
    amountMicros,
    spentMicros,
    reservedMicros,
    remainingMicros: Math.max(0, amountMicros - spentMicros - reservedMicros),
    percent: percentOf(use),
    state: quotaStateOf(use),
    ceilingPercent: row.ceiling_percent,
    updatedAt: row.updated_at,
  };
}
