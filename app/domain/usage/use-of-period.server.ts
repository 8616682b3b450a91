import type { Sql } from "#db/database.ts";
import type { MeteredEvent } from "./metered-event.ts";
import type { Period } from "./period.ts";

/** How much of its quota an agent has used in a month, with what was just added. */
export interface AgentPeriod {
  tenantUuid: string;
  agentUuid: string;
  period: Period;
  usedTokens: number;
  usedUnits: number;
  ceilingPercent: number;
  reachedPercent: number;
}

/** The same of a budget. */
export interface BudgetPeriod {
  tenantUuid: string;
  budgetUuid: string;
  /** Null: the whole tenant's. */
  agentUuid: string | null;
  period: Period;
  spentMicros: number;
  amountMicros: number;
  ceilingPercent: number;
  reachedPercent: number;
}

interface AgentPeriodRow {
  tenant_id: string;
  agent_id: string;
  period: string;
  used_tokens: string;
  used_units: string;
  ceiling_percent: number;
  reached_percent: number;
}

interface BudgetPeriodRow {
  tenant_id: string;
  budget_id: string;
  agent_id: string | null;
  period: string;
  spent_micros: string;
  amount_micros: string;
  ceiling_percent: number;
  reached_percent: number;
}

interface Added {
  tenant_id: string;
  agent_id: string;
  period: Period;
  tokens: number;
  units: number;
  cost_micros: number;
}

/** By agent and month. */
function addedOf(events: readonly MeteredEvent[]): Added[] {
  const rows = new Map<string, Added>();
  for (const { usage, period, tokens, units, costMicros } of events) {
    const name = `${usage.call.tenantUuid} ${usage.agentUuid} ${period}`;
    let row = rows.get(name);
    if (row === undefined) {
      row = {
        ...{ tenant_id: usage.call.tenantUuid, agent_id: usage.agentUuid, period },
        ...{ tokens: 0, units: 0, cost_micros: 0 },
      };
      rows.set(name, row);
    }
    row.tokens += tokens;
    row.units += units;
    row.cost_micros += costMicros;
  }
  return [...rows.values()];
}

const addedColumns =
  "tenant_id uuid, agent_id uuid, period date, tokens bigint, units bigint, cost_micros bigint";

/** Adds the events to their agents' months, and locks those until the commit. */
export async function addToAgentPeriods(sql: Sql, events: readonly MeteredEvent[]): Promise<AgentPeriod[]> {
  const rows = await sql<AgentPeriodRow[]>`
    insert into agent_periods as used (tenant_id, agent_id, period, used_tokens, used_units, cost_micros)
    select tenant_id, agent_id, period, tokens, units, cost_micros
    from json_to_recordset(${JSON.stringify(addedOf(events))}::text::json) as added (${sql.unsafe(addedColumns)})
    order by tenant_id, agent_id, period
    on conflict (tenant_id, agent_id, period) do update set
      used_tokens = used.used_tokens + excluded.used_tokens,
      used_units = used.used_units + excluded.used_units,
      cost_micros = used.cost_micros + excluded.cost_micros
    returning
      used.tenant_id, used.agent_id, used.period::text as period, used.used_tokens, used.used_units,
      used.ceiling_percent, used.reached_percent
  `;
  return rows.map((row) => ({
    tenantUuid: row.tenant_id,
    agentUuid: row.agent_id,
    period: row.period,
    usedTokens: Number(row.used_tokens),
    usedUnits: Number(row.used_units),
    ceilingPercent: row.ceiling_percent,
    reachedPercent: row.reached_percent,
  }));
}

/** Adds what the events cost to the budgets that they count against, and locks their months until the commit. */
export async function addToBudgetPeriods(sql: Sql, events: readonly MeteredEvent[]): Promise<BudgetPeriod[]> {
  const rows = await sql<BudgetPeriodRow[]>`
    insert into budget_periods as used (tenant_id, budget_id, period, spent_micros)
    select budget.tenant_id, budget.id, added.period, sum(added.cost_micros)
    from json_to_recordset(${JSON.stringify(addedOf(events))}::text::json) as added (${sql.unsafe(addedColumns)})
    join budgets budget
      on budget.tenant_id = added.tenant_id and (budget.agent_id is null or budget.agent_id = added.agent_id)
    group by budget.tenant_id, budget.id, added.period
    order by budget.tenant_id, budget.id, added.period
    on conflict (tenant_id, budget_id, period) do update set
      spent_micros = used.spent_micros + excluded.spent_micros
    returning
      used.tenant_id, used.budget_id, used.period::text as period, used.spent_micros, used.ceiling_percent,
      used.reached_percent,
      (select agent_id from budgets where tenant_id = used.tenant_id and id = used.budget_id) as agent_id,
      (select amount_micros from budgets where tenant_id = used.tenant_id and id = used.budget_id) as amount_micros
  `;
  return rows.map((row) => ({
    tenantUuid: row.tenant_id,
    budgetUuid: row.budget_id,
    agentUuid: row.agent_id,
    period: row.period,
    spentMicros: Number(row.spent_micros),
    amountMicros: Number(row.amount_micros),
    ceilingPercent: row.ceiling_percent,
    reachedPercent: row.reached_percent,
  }));
}
