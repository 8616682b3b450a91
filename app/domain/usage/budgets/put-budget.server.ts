import type { Database, Sql } from "#db/database.ts";
import { newUuid, toTypeId, toUuid } from "#db/ids.ts";
import { insertAuditEvents } from "../../audit/insert-audit-events.server.ts";
import type { Actor, RequestInfo } from "../../auth/actor.ts";
import { notFound } from "../../errors.ts";
import { requireScope } from "../../messaging/mailbox-access.ts";
import { thresholdsToTell } from "../../quota-state.ts";
import { excludeMetering } from "../budget-gate.server.ts";
import { type Period, periodOf } from "../period.ts";
import { budgetUseOf } from "../tell-thresholds.server.ts";
import type { BudgetPeriod } from "../use-of-period.server.ts";
import { holdToBudgets } from "./hold-to-budgets.server.ts";
import { readBudget } from "./list-budgets.server.ts";
import type { BudgetView, PutBudgetInput } from "./schema.ts";

interface Owner {
  tenantUuid: string;
  /** Null: the tenant's. */
  agentUuid: string | null;
}

/**
 * Sets what an agent, or all of the tenant's together, may cost in a month, and holds sends to it. A new
 * budget begins with what was spent and is reserved in this month already. The same again is no change.
 * @throws AppError not_found for an agent that is not there
 */
export function putBudget(
  db: Database,
  actor: Actor,
  { agentId, amountMicros }: PutBudgetInput,
  { nowMs, request }: { nowMs: number; request: RequestInfo },
): Promise<BudgetView> {
  requireScope(actor, "billing:write");
  const owner = { tenantUuid: toUuid(actor.tenantId), agentUuid: agentId === null ? null : toUuid(agentId) };
  const period = periodOf(nowMs);
  return db.asTenantSql(actor.tenantId, async (sql) => {
    await excludeMetering(sql, owner.tenantUuid);
    const name = await nameOf(sql, owner);
    const before = await findAmount(sql, owner);
    if (before?.amountMicros !== amountMicros) {
      const uuid = before?.uuid ?? newUuid();
      if (before === undefined) await insertBudget(sql, owner, { uuid, amountMicros, period, actor });
      else
        await sql`
          update budgets set amount_micros = ${amountMicros}, updated_at = now()
          where tenant_id = ${owner.tenantUuid} and id = ${uuid}`;
      await insertAuditEvents(sql, [
        {
          tenantId: actor.tenantId,
          actor,
          action: "budget.set",
          resource: { id: toTypeId("bgt", uuid), name },
          request,
          details: { agentId, amountMicros: { from: before?.amountMicros ?? null, to: amountMicros } },
        },
      ]);
      const month = await readMonth(sql, owner, uuid, period);
      if (month !== undefined) await beginStepsAnew(sql, month, nowMs);
    }
    return readBudget(sql, actor.tenantId, agentId, period);
  });
}

/** Whose budget it is, in words. */
async function nameOf(sql: Sql, { tenantUuid, agentUuid }: Owner): Promise<string> {
  const [row] =
    agentUuid === null
      ? await sql<{ name: string }[]>`select name from tenants where id = ${tenantUuid}`
      : await sql<{ name: string }[]>`
          select name from agents where tenant_id = ${tenantUuid} and id = ${agentUuid}`;
  if (row === undefined) throw notFound("agent");
  return row.name;
}

async function findAmount(
  sql: Sql,
  { tenantUuid, agentUuid }: Owner,
): Promise<{ uuid: string; amountMicros: number } | undefined> {
  const [row] = await sql<{ id: string; amount_micros: string }[]>`
    select id, amount_micros from budgets
    where tenant_id = ${tenantUuid} and agent_id is not distinct from ${agentUuid}::uuid`;
  return row && { uuid: row.id, amountMicros: Number(row.amount_micros) };
}

interface NewBudget {
  uuid: string;
  amountMicros: number;
  period: Period;
  actor: Actor;
}

/** With what its month holds by now: nobody spends or reserves meanwhile. */
async function insertBudget(
  sql: Sql,
  { tenantUuid, agentUuid }: Owner,
  { uuid, amountMicros, period, actor }: NewBudget,
): Promise<void> {
  const ofOwner = agentUuid === null ? sql`true` : sql`agent_id = ${agentUuid}`;
  await sql`
    insert into budgets (tenant_id, id, agent_id, amount_micros, created_by)
    values (${tenantUuid}, ${uuid}, ${agentUuid}, ${amountMicros},
      ${actor.kind === "user" ? toUuid(actor.id) : null})`;
  await sql`
    insert into budget_periods (tenant_id, budget_id, period, spent_micros, reserved_micros)
    select ${tenantUuid}, ${uuid}, ${period}::date, coalesce((
      select sum(cost_micros) from agent_periods
      where tenant_id = ${tenantUuid} and period = ${period}::date and ${ofOwner}
    ), 0), coalesce((
      select sum(greatest(0, amount_micros - coalesce(settled_micros, 0))) from reservations
      where tenant_id = ${tenantUuid} and period = ${period}::date and ${ofOwner} and status = 'open'
    ), 0)`;
}

/** A step that is not reached at the new amount can be reached once more; what is reached is told of, and holds. */
async function beginStepsAnew(sql: Sql, month: BudgetPeriod, nowMs: number): Promise<void> {
  const stillReached = thresholdsToTell(budgetUseOf(month), 0).filter(
    (percent) => percent <= month.reachedPercent,
  );
  const reachedPercent = stillReached.at(-1) ?? 0;
  if (reachedPercent !== month.reachedPercent)
    await sql`
      update budget_periods set reached_percent = ${reachedPercent}
      where tenant_id = ${month.tenantUuid} and budget_id = ${month.budgetUuid}
        and period = ${month.period}::date`;
  await holdToBudgets(sql, [{ ...month, reachedPercent }], nowMs);
}

/** Undefined of a budget of which nothing was used this month. */
async function readMonth(
  sql: Sql,
  { tenantUuid, agentUuid }: Owner,
  budgetUuid: string,
  period: Period,
): Promise<BudgetPeriod | undefined> {
  const [row] = await sql<
    { amount: string; spent: string; ceiling_percent: number; reached_percent: number }[]
  >`
    select
      budget.amount_micros as amount, month.spent_micros as spent, month.ceiling_percent, month.reached_percent
    from budgets budget
    join budget_periods month on month.tenant_id = budget.tenant_id and month.budget_id = budget.id
      and month.period = ${period}::date
    where budget.tenant_id = ${tenantUuid} and budget.id = ${budgetUuid}`;
  return (
    row && {
      ...{ tenantUuid, budgetUuid, agentUuid, period },
      spentMicros: Number(row.spent),
      amountMicros: Number(row.amount),
      ceilingPercent: row.ceiling_percent,
      reachedPercent: row.reached_percent,
    }
  );
}
