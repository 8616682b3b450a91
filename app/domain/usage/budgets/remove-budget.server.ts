import type { Database } from "#db/database.ts";
import { type BudgetId, toTypeId, toUuid } from "#db/ids.ts";
import { insertAuditEvents } from "../../audit/insert-audit-events.server.ts";
import type { Actor, RequestInfo } from "../../auth/actor.ts";
import { notFound } from "../../errors.ts";
import { requireScope } from "../../messaging/mailbox-access.ts";
import { excludeMetering } from "../budget-gate.server.ts";
import { recomputeHolds } from "../recompute-holds.server.ts";

/**
 * Takes a budget away, with what it has counted, and holds sends to it no more; reservations stay as they are.
 * @throws AppError not_found
 */
export function removeBudget(
  db: Database,
  actor: Actor,
  budgetId: BudgetId,
  request: RequestInfo,
): Promise<void> {
  requireScope(actor, "billing:write");
  const tenantUuid = toUuid(actor.tenantId);
  return db.asTenantSql(actor.tenantId, async (sql) => {
    await excludeMetering(sql, tenantUuid);
    const [removed] = await sql<{ agent_id: string | null; amount_micros: string; name: string }[]>`
      delete from budgets budget
      where budget.tenant_id = ${tenantUuid} and budget.id = ${toUuid(budgetId)}
      returning budget.agent_id, budget.amount_micros, coalesce(
        (select agent.name from agents agent
          where agent.tenant_id = budget.tenant_id and agent.id = budget.agent_id),
        (select tenant.name from tenants tenant where tenant.id = budget.tenant_id)
      ) as name`;
    if (removed === undefined) throw notFound("budget");
    await recomputeHolds(sql, [
      { tenantUuid, agents: removed.agent_id === null ? "all" : [removed.agent_id] },
    ]);
    await insertAuditEvents(sql, [
      {
        tenantId: actor.tenantId,
        actor,
        action: "budget.removed",
        resource: { id: budgetId, name: removed.name },
        request,
        details: {
          agentId: removed.agent_id === null ? null : toTypeId("agt", removed.agent_id),
          amountMicros: Number(removed.amount_micros),
        },
      },
    ]);
  });
}
