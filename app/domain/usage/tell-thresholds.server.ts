import type { Sql } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import type { AnyAuditEvent } from "../audit/audit-event.ts";
import { LIMIT_PERCENT, QUOTA_UNITS } from "../catalogue.ts";
import { percentOf, thresholdsToTell, type Use } from "../quota-state.ts";
import type { AgentFacts } from "./read-terms.server.ts";
import type { AgentPeriod, BudgetPeriod } from "./use-of-period.server.ts";

/** What an agent's month is, as a use of its quota. */
export const quotaUseOf = (period: AgentPeriod, overage: boolean): Use => ({
  used: period.usedUnits,
  of: QUOTA_UNITS,
  ceilingPercent: period.ceilingPercent,
  overage,
});

/** What a budget's month is. Nothing over it can be bought. */
export const budgetUseOf = (
  period: Pick<BudgetPeriod, "spentMicros" | "amountMicros" | "ceilingPercent">,
): Use => ({
  used: period.spentMicros,
  of: period.amountMicros,
  ceilingPercent: period.ceilingPercent,
  overage: false,
});

export interface ToldThresholds {
  audit: AnyAuditEvent[];
  /** Of those, what sends are held by. */
  holding: { agents: AgentPeriod[]; budgets: BudgetPeriod[] };
}

/**
 * Finds the thresholds that these months have reached and that nobody was told of, and writes down that
 * they are told of. The months' rows are locked, so that each threshold is told of once, whoever else
 * adds to them at this moment.
 */
export async function tellThresholds(
  sql: Sql,
  agents: readonly { period: AgentPeriod; facts: AgentFacts }[],
  budgets: readonly BudgetPeriod[],
): Promise<ToldThresholds> {
  const told: ToldThresholds = { audit: [], holding: { agents: [], budgets: [] } };
  const reached: Reached[] = [];
  for (const { period, facts } of agents) {
    const use = quotaUseOf(period, facts.overage);
    const percents = thresholdsToTell(use, period.reachedPercent);
    const highest = percents.at(-1);
    if (highest === undefined) continue;
    told.audit.push(...percents.map((percent) => quotaEvent(period, facts, use, percent)));
    if (highest >= LIMIT_PERCENT) told.holding.agents.push(period);
    reached.push(reachedOf(period, period.agentUuid, highest));
  }
  const reachedBudgets: Reached[] = [];
  for (const period of budgets) {
    const use = budgetUseOf(period);
    const percents = thresholdsToTell(use, period.reachedPercent);
    const highest = percents.at(-1);
    if (highest === undefined) continue;
    told.audit.push(...percents.map((percent) => budgetEvent(period, use, percent)));
    if (highest >= LIMIT_PERCENT) told.holding.budgets.push(period);
    reachedBudgets.push(reachedOf(period, period.budgetUuid, highest));
  }
  if (reached.length > 0)
    await sql`
      update agent_periods used set reached_percent = reached.percent
      from ${reachedRows(sql, reached)}
      where used.tenant_id = reached.tenant_id and used.agent_id = reached.id and used.period = reached.period
    `;
  if (reachedBudgets.length > 0)
    await sql`
      update budget_periods used set reached_percent = reached.percent
      from ${reachedRows(sql, reachedBudgets)}
      where used.tenant_id = reached.tenant_id and used.budget_id = reached.id and used.period = reached.period
    `;
  return told;
}

interface Reached {
  tenant_id: string;
  id: string;
  period: string;
  percent: number;
}

const reachedOf = (
  { tenantUuid, period }: { tenantUuid: string; period: string },
  uuid: string,
  percent: number,
): Reached => ({ tenant_id: tenantUuid, id: uuid, period, percent });

const reachedRows = (sql: Sql, rows: readonly Reached[]) =>
  sql`json_to_recordset(${JSON.stringify(rows)}::text::json) as reached (
    tenant_id uuid, id uuid, period date, percent int
  )`;

const common = (tenantUuid: string) => ({
  tenantId: toTypeId("ten", tenantUuid),
  actor: { kind: "system", id: "metering", name: "Signalbox" } as const,
  request: null,
});

const quotaEvent = (
  { tenantUuid, agentUuid, period, usedTokens, ceilingPercent }: AgentPeriod,
  { name, tokenQuota }: AgentFacts,
  use: Use,
  percent: number,
): AnyAuditEvent => ({
  ...common(tenantUuid),
  action: "usage.threshold.reached",
  resource: { id: toTypeId("agt", agentUuid), name },
  details: {
    ...{ percent, ceilingPercent, usedTokens, period },
    usedPercent: percentOf(use),
    quotaTokens: tokenQuota,
  },
});

const budgetEvent = (
  { tenantUuid, budgetUuid, agentUuid, period, spentMicros, amountMicros, ceilingPercent }: BudgetPeriod,
  use: Use,
  percent: number,
): AnyAuditEvent => ({
  ...common(tenantUuid),
  action: "budget.threshold.reached",
  resource: { id: toTypeId("bgt", budgetUuid) },
  details: {
    ...{ percent, ceilingPercent, spentMicros, amountMicros, period },
    usedPercent: percentOf(use),
    agentId: agentUuid === null ? null : toTypeId("agt", agentUuid),
  },
});
