import { systemActor } from "#app/domain/auth/system-actor.ts";
import { issueInvoice } from "#app/domain/billing/issue-invoice.server.ts";
import { LIMIT_PERCENT, QUOTA_UNITS, WARNING_PERCENT } from "#app/domain/catalogue.ts";
import { addToRollUps } from "#app/domain/usage/add-to-roll-ups.server.ts";
import { createHours, type MeteredEvent, meter } from "#app/domain/usage/metered-event.ts";
import { boundsOf } from "#app/domain/usage/period.ts";
import { addToAgentPeriods } from "#app/domain/usage/use-of-period.server.ts";
import { insertEvents } from "#app/domain/usage/write-usage.server.ts";
import type { Database, Sql } from "#db/database.ts";
import { newId, type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import { neighbourAgents } from "./neighbour-agents.ts";
import { neighbourUse, pastMonths } from "./neighbour-history.ts";

/** Invoices are made an hour after their month. */
const closedAfterMs = 3_600_000;

/**
 * What the neighbour's agents have used for two months and this one, and its invoices, as the metering and the
 * closing of months would have made them: older than usage can be reported. Once; nothing for a neighbour of
 * an older demo, whose agents are others.
 */
export async function seedNeighbourHistory(db: Database, tenantId: TenantId, nowMs: number): Promise<void> {
  await db.withSql(async (sql) => {
    const events = await historicEvents(sql, tenantId, nowMs);
    if (events.length === 0) return;
    await insertEvents(sql, events);
    await addToAgentPeriods(sql, events);
    // All of it was told of when it happened.
    await sql`
      update agent_periods set reached_percent = case
        when used_units >= ${QUOTA_UNITS} then ${LIMIT_PERCENT}::int
        when used_units * 100 >= ${QUOTA_UNITS * WARNING_PERCENT} then ${WARNING_PERCENT}::int
        else 0
      end
      where tenant_id = ${toUuid(tenantId)}`;
    await addToRollUps(sql, events);
    for (const month of pastMonths(nowMs))
      await issueInvoice(sql, { tenantId, month, issuedAtMs: boundsOf(month).endMs + closedAfterMs });
  });
}

async function historicEvents(sql: Sql, tenantId: TenantId, nowMs: number): Promise<MeteredEvent[]> {
  const tenantUuid = toUuid(tenantId);
  const rows = await sql<{ id: string; name: string; terms_from: string }[]>`
    select agent.id, agent.name,
      to_char(greatest(agent.created_at, tenant.created_at) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        as terms_from
    from agents agent join tenants tenant on tenant.id = agent.tenant_id
    where agent.tenant_id = ${tenantUuid}
      and not exists (select from usage_days used where used.tenant_id = agent.tenant_id)`;
  const agents = new Map(rows.map((row) => [row.name, row]));
  if (!neighbourAgents.every(({ name }) => agents.has(name))) return [];
  const actor = systemActor(tenantId, "seed");
  return neighbourUse(nowMs).map(({ name, occurredAtMs, event }) => {
    const agent = agents.get(name);
    const declared = neighbourAgents.find((one) => one.name === name);
    if (agent === undefined || declared === undefined) throw new Error(`No agent ${name}`);
    const agentId = toTypeId("agt", agent.id);
    const eventId = newId("usg");
    return meter(
      {
        call: { tenantId, tenantUuid, actor, request: null },
        ...{ agentId, agentUuid: agent.id, eventId, eventUuid: toUuid(eventId), occurredAtMs },
        reservationUuid: undefined,
        event: { ...event, agentId },
      },
      { termsFrom: agent.terms_from, modelTier: declared.modelTier },
      // As it was when it happened: in time.
      createHours(occurredAtMs)(occurredAtMs),
    );
  });
}
