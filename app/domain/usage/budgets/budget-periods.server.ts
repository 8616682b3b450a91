import type { Sql } from "#db/database.ts";
import type { BudgetPeriod } from "../use-of-period.server.ts";

/** A month of an agent's: what it spends and reserves counts for its own budget and its tenant's. */
export interface SpendingMonth {
  tenantUuid: string;
  agentUuid: string;
  /** The month's first day. */
  period: string;
}

/** A budget's month, with its row locked. */
export interface LockedBudgetPeriod extends BudgetPeriod {
  reservedMicros: number;
}

interface LockedRow {
  tenant_id: string;
  budget_id: string;
  agent_id: string | null;
  period: string;
  amount_micros: string;
  spent_micros: string;
  reserved_micros: string;
  ceiling_percent: number;
  reached_percent: number;
}

/**
 * Locks the months of all budgets that hold for these agents, in the order in which everybody does:
 * tenant, budget, month. Where a month has no row yet it begins with nothing spent: who spends finds
 * the row, or makes it.
 */
export async function lockBudgetPeriods(
  sql: Sql,
  months: readonly SpendingMonth[],
): Promise<LockedBudgetPeriod[]> {
  if (months.length === 0) return [];
  const asked = sql`json_to_recordset(${JSON.stringify(
    months.map(({ tenantUuid, agentUuid, period }) => ({
      ...{ tenant_id: tenantUuid, agent_id: agentUuid },
      period,
    })),
  )}::text::json) as month (tenant_id uuid, agent_id uuid, period date)`;
  await sql`
    insert into budget_periods (tenant_id, budget_id, period)
    select distinct budget.tenant_id, budget.id, month.period
    from ${asked}
    join budgets budget on budget.tenant_id = month.tenant_id
      and (budget.agent_id is null or budget.agent_id = month.agent_id)
    where not exists (
      select from budget_periods known
      where known.tenant_id = budget.tenant_id and known.budget_id = budget.id and known.period = month.period
    )
    order by 1, 2, 3
    on conflict do nothing`;
  // Rows are locked in the order in which they are given.
  const rows = await sql<LockedRow[]>`
    select
      locked.tenant_id, locked.budget_id, budget.agent_id, locked.period::text as period,
      budget.amount_micros, locked.spent_micros, locked.reserved_micros, locked.ceiling_percent,
      locked.reached_percent
    from budget_periods locked
    join budgets budget on budget.tenant_id = locked.tenant_id and budget.id = locked.budget_id
    where (locked.tenant_id, locked.period) in (select month.tenant_id, month.period from ${asked})
      and exists (
        select from ${asked}
        where month.tenant_id = locked.tenant_id and month.period = locked.period
          and (budget.agent_id is null or budget.agent_id = month.agent_id)
      )
    order by locked.tenant_id, locked.budget_id, locked.period
    for update of locked`;
  return rows.map(toLockedPeriod);
}

/** So much of what an agent has set aside is free again: in its own budget's month and in its tenant's. */
export interface MoneyMoved extends SpendingMonth {
  /** Less than 0: it is set aside. */
  freedMicros: number;
  /** What was spent, and no usage event counts. */
  spentMicros: number;
}

/** Moves money in months that are locked; gives them as they are then. */
export async function moveMoney(sql: Sql, moved: readonly MoneyMoved[]): Promise<LockedBudgetPeriod[]> {
  if (moved.length === 0) return [];
  const json = JSON.stringify(
    moved.map(({ tenantUuid, agentUuid, period, freedMicros, spentMicros }) => ({
      ...{ tenant_id: tenantUuid, agent_id: agentUuid, period },
      ...{ freed: freedMicros, spent: spentMicros },
    })),
  );
  const rows = await sql<LockedRow[]>`
    update budget_periods locked
    set reserved_micros = greatest(0, locked.reserved_micros - change.freed),
      spent_micros = locked.spent_micros + change.spent
    from (
      select budget.tenant_id, budget.id as budget_id, budget.agent_id, budget.amount_micros, one.period,
        sum(one.freed)::bigint as freed, sum(one.spent)::bigint as spent
      from json_to_recordset(${json}::text::json)
        as one (tenant_id uuid, agent_id uuid, period date, freed bigint, spent bigint)
      join budgets budget on budget.tenant_id = one.tenant_id
        and (budget.agent_id is null or budget.agent_id = one.agent_id)
      group by budget.tenant_id, budget.id, one.period
    ) change
    where locked.tenant_id = change.tenant_id and locked.budget_id = change.budget_id
      and locked.period = change.period
    returning
      locked.tenant_id, locked.budget_id, change.agent_id, locked.period::text as period, change.amount_micros,
      locked.spent_micros, locked.reserved_micros, locked.ceiling_percent, locked.reached_percent`;
  return rows.map(toLockedPeriod);
}

const toLockedPeriod = (row: LockedRow): LockedBudgetPeriod => ({
  tenantUuid: row.tenant_id,
  budgetUuid: row.budget_id,
  agentUuid: row.agent_id,
  period: row.period,
  amountMicros: Number(row.amount_micros),
  spentMicros: Number(row.spent_micros),
  reservedMicros: Number(row.reserved_micros),
  ceilingPercent: row.ceiling_percent,
  reachedPercent: row.reached_percent,
});
