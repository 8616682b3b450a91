import type { Sql } from "#db/database.ts";
import { insertAuditEvents } from "../../audit/insert-audit-events.server.ts";
import { periodOf } from "../period.ts";
import { recomputeHolds } from "../recompute-holds.server.ts";
import { tellThresholds } from "../tell-thresholds.server.ts";
import type { BudgetPeriod } from "../use-of-period.server.ts";

/**
 * After budgets' months have changed by something else than usage: tells of the steps that they have
 * reached, and holds sends to them. Only this month holds anybody.
 */
export async function holdToBudgets(
  sql: Sql,
  budgets: readonly BudgetPeriod[],
  nowMs: number,
): Promise<void> {
  const open = budgets.filter(({ period }) => period >= periodOf(nowMs));
  if (open.length === 0) return;
  const { audit } = await tellThresholds(sql, [], open);
  await recomputeHolds(
    sql,
    open.map(({ tenantUuid, agentUuid }) => ({
      ...{ tenantUuid, agents: agentUuid === null ? "all" : [agentUuid] },
    })),
  );
  await insertAuditEvents(sql, audit);
}
