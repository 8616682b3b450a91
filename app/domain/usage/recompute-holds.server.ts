import type { Sql } from "#db/database.ts";
import { QUOTA_UNITS } from "../catalogue.ts";
import { holdOf, type QuotaHold, strongestHold, type Use, unusedQuota } from "../quota-state.ts";

/** Whose holds may have changed. */
export interface HoldScope {
  tenantUuid: string;
  /** `all`: what has changed is the tenant's (overage, its budget). */
  agents: readonly string[] | "all";
}

interface HoldRow {
  tenant_id: string;
  agent_id: string;
  hold: QuotaHold | null;
  overage: boolean;
  used_units: string | null;
  quota_ceiling: number | null;
  own_spent: string | null;
  own_amount: string | null;
  own_ceiling: number | null;
  tenant_spent: string | null;
  tenant_amount: string | null;
  tenant_ceiling: number | null;
}

/**
 * Makes holds anew from what they follow from: use and ceilings of this month, overage, budgets. Called
 * on the transaction that has changed any of that, after it has locked what it changes; works as the
 * tenant's login or the system's. One at a time for a tenant: whoever comes second sees what the first
 * has committed, so that the last word is right whichever came first.
 */
export async function recomputeHolds(sql: Sql, scopes: readonly HoldScope[]): Promise<void> {
  if (scopes.length === 0) return;
  const tenants = [...new Set(scopes.map(({ tenantUuid }) => tenantUuid))].sort();
  // A statement of its own: the next one's snapshot is then of a time after the wait.
  await sql`
    select pg_advisory_xact_lock(hashtextextended('signalbox.holds ' || tenant, 0))
    from unnest(${tenants}::text[]) with ordinality as tenant (tenant, n)
    order by n
  `;
  const wanted = wantedRows(scopes);
  const rows = await sql<HoldRow[]>`
    select
      agent.tenant_id, agent.id as agent_id, tenant.overage,
      case when agent.quota_hold_until > now() then agent.quota_hold end as hold,
      quota.used_units, quota.ceiling_percent as quota_ceiling,
      own.amount_micros as own_amount, own_use.spent_micros as own_spent, own_use.ceiling_percent as own_ceiling,
      whole.amount_micros as tenant_amount, whole_use.spent_micros as tenant_spent,
      whole_use.ceiling_percent as tenant_ceiling
    from json_to_recordset(${JSON.stringify(wanted)}::text::json) as wanted (tenant_id uuid, agent_id uuid)
    join agents agent
      on agent.tenant_id = wanted.tenant_id and (wanted.agent_id is null or agent.id = wanted.agent_id)
    join tenants tenant on tenant.id = agent.tenant_id
    cross join (select date_trunc('month', now() at time zone 'utc')::date as period) this_month
    left join agent_periods quota
      on quota.tenant_id = agent.tenant_id and quota.agent_id = agent.id and quota.period = this_month.period
    left join budgets own on own.tenant_id = agent.tenant_id and own.agent_id = agent.id
    left join budget_periods own_use
      on own_use.tenant_id = own.tenant_id and own_use.budget_id = own.id and own_use.period = this_month.period
    left join budgets whole on whole.tenant_id = agent.tenant_id and whole.agent_id is null
    left join budget_periods whole_use
      on whole_use.tenant_id = whole.tenant_id and whole_use.budget_id = whole.id
      and whole_use.period = this_month.period
  `;
  const changed = rows.flatMap((row) => {
    const hold = wantedHold(row);
    return hold === row.hold ? [] : [{ tenant_id: row.tenant_id, id: row.agent_id, hold }];
  });
  if (changed.length === 0) return;
  await sql`
    with changed as materialized (
      select agent.tenant_id, agent.id, changed.hold
      from json_to_recordset(${JSON.stringify(changed)}::text::json) as changed (tenant_id uuid, id uuid, hold text)
      join agents agent on agent.tenant_id = changed.tenant_id and agent.id = changed.id
      order by agent.tenant_id, agent.id
      for no key update of agent
    )
    update agents agent set
      quota_hold = changed.hold,
      quota_hold_until = case
        when changed.hold is not null
        then (date_trunc('month', now() at time zone 'utc') + interval '1 month') at time zone 'utc'
      end
    from changed
    where agent.tenant_id = changed.tenant_id and agent.id = changed.id
  `;
}

/** Each agent once; null for all of a tenant's. */
function wantedRows(scopes: readonly HoldScope[]): { tenant_id: string; agent_id: string | null }[] {
  const agentsOf = new Map<string, Set<string> | "all">();
  for (const { tenantUuid, agents } of scopes) {
    const others = agentsOf.get(tenantUuid) ?? new Set();
    agentsOf.set(tenantUuid, agents === "all" || others === "all" ? "all" : new Set([...others, ...agents]));
  }
  return Array.from(agentsOf, ([tenant_id, agents]) =>
    (agents === "all" ? [null] : [...agents]).map((agent_id) => ({ tenant_id, agent_id })),
  ).flat();
}

function wantedHold(row: HoldRow): QuotaHold | null {
  const quota: Use = {
    used: Number(row.used_units ?? 0),
    of: QUOTA_UNITS,
    ceilingPercent: row.quota_ceiling ?? unusedQuota.ceilingPercent,
    overage: row.overage,
  };
  return strongestHold([
    holdOf(quota),
    budgetHold(row.own_spent, row.own_amount, row.own_ceiling),
    budgetHold(row.tenant_spent, row.tenant_amount, row.tenant_ceiling),
  ]);
}

const budgetHold = (spent: string | null, amount: string | null, ceiling: number | null): QuotaHold | null =>
  amount === null
    ? null
    : holdOf({
        ...unusedQuota,
        ...{ used: Number(spent ?? 0), of: Number(amount) },
        ceilingPercent: ceiling ?? unusedQuota.ceilingPercent,
      });
