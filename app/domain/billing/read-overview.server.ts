import type { Database, Sql } from "#db/database.ts";
import { type AgentId, type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { requireScope } from "../auth/require-scope.ts";
import { addMonths, boundsOf, type Period, periodOf } from "../usage/period.ts";
import { PACE_DAYS } from "./forecast.ts";
import { makeOverview } from "./make-overview.ts";
import { readStatement } from "./read-statement.server.ts";
import { readAgentTerms, readPace, readPlanTerms, readUsage } from "./read-terms.server.ts";
import type { BillingOverview } from "./schema.ts";

const DAY_MS = 86_400_000;

/** What the present month costs the actor's tenant, beside the last; of terms and days, never of events. */
export async function readBillingOverview(
  db: Database,
  actor: Actor,
  nowMs: number,
): Promise<BillingOverview> {
  requireScope(actor, "billing:read");
  const { tenantId } = actor;
  const month = periodOf(nowMs);
  const span = boundsOf(month);
  const paceFromMs = (Math.floor(nowMs / DAY_MS) - PACE_DAYS) * DAY_MS;
  return db.asTenantSql(
    tenantId,
    async (sql) => {
      const [plans, agents, usage, pace, names, lastMonth] = await Promise.all([
        readPlanTerms(sql, tenantId, span),
        readAgentTerms(sql, tenantId, span),
        readUsage(sql, tenantId, month),
        readPace(sql, tenantId, { startMs: paceFromMs, endMs: nowMs }),
        readAgentNames(sql, tenantId),
        readLastMonth(sql, tenantId, addMonths(month, -1)),
      ]);
      return makeOverview({ nowMs, month, plans, agents, usage, pace, paceFromMs, names, lastMonth });
    },
    { readOnly: true },
  );
}

async function readAgentNames(sql: Sql, tenantId: TenantId): Promise<Map<AgentId, string>> {
  const rows = await sql<{ id: string; name: string }[]>`
    select id, name from agents where tenant_id = ${toUuid(tenantId)}`;
  return new Map(rows.map(({ id, name }) => [toTypeId("agt", id), name]));
}

/** As it was invoiced; by its statement while its invoice is not made yet; null before there was a plan. */
async function readLastMonth(
  sql: Sql,
  tenantId: TenantId,
  period: Period,
): Promise<BillingOverview["lastMonth"]> {
  const [invoice] = await sql<{ id: string; total_micros: string }[]>`
    select id, total_micros from invoices
    where tenant_id = ${toUuid(tenantId)} and period = ${period}::date`;
  if (invoice !== undefined)
    return { period, totalMicros: Number(invoice.total_micros), invoiceId: toTypeId("bil", invoice.id) };
  const { lines, totalMicros } = await readStatement(sql, tenantId, period);
  return lines.length === 0 ? null : { period, totalMicros, invoiceId: null };
}
