import type { Database, Sql } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import { insertAuditEvents } from "../../audit/insert-audit-events.server.ts";
import { systemActor } from "../../auth/system-actor.ts";
import { shareBudgets } from "../budget-gate.server.ts";
import { lockBudgetPeriods, moveMoney, type SpendingMonth } from "./budget-periods.server.ts";
import { heldBy, type ReservationRow, reservationColumns } from "./reservation-row.ts";

interface DueReservation extends ReservationRow {
  tenant_id: string;
}

/** Reservations a transaction. */
const batchSize = 500;

/**
 * Ends reservations whose time is over: of runs that were killed, or forgot them. What they held counts
 * as free from the moment on; this makes it so in the table.
 * @returns how many
 */
export async function expireReservations(db: Database): Promise<number> {
  let expired = 0;
  let inLast: number;
  do {
    inLast = await db.withSql((sql) => expireBatch(sql));
    expired += inLast;
  } while (inLast === batchSize);
  return expired;
}

async function expireBatch(sql: Sql): Promise<number> {
  const due = await sql<{ tenant_id: string; agent_id: string; id: string; period: string }[]>`
    select tenant_id, agent_id, id, to_char(period, 'YYYY-MM-DD') as period
    from reservations
    where status = 'open' and expires_at <= now()
    order by expires_at
    limit ${batchSize}`;
  if (due.length === 0) return 0;
  await shareBudgets(
    sql,
    due.map(({ tenant_id }) => tenant_id),
  );
  const monthOf = (row: { tenant_id: string; agent_id: string; period: string }): SpendingMonth => ({
    tenantUuid: row.tenant_id,
    agentUuid: row.agent_id,
    period: row.period,
  });
  await lockBudgetPeriods(sql, due.map(monthOf));
  // In the order in which usage takes them; those that were ended meanwhile are left out.
  await sql`
    select from reservations
    where (tenant_id, id) in (
      select due.tenant_id, due.id
      from json_to_recordset(${JSON.stringify(due)}::text::json) as due (tenant_id uuid, id uuid)
    )
    order by tenant_id, id
    for update`;
  const ended = await sql<DueReservation[]>`
    update reservations known
    set status = 'expired', ended_at = now()
    from json_to_recordset(${JSON.stringify(due)}::text::json) as due (tenant_id uuid, id uuid)
    where known.tenant_id = due.tenant_id and known.id = due.id
      and known.status = 'open' and known.expires_at <= now()
    returning known.tenant_id, ${sql.unsafe(reservationColumns("known"))}`;
  await moveMoney(
    sql,
    ended.map((row) => ({ ...monthOf(row), freedMicros: heldBy(row), spentMicros: 0 })),
  );
  await insertAuditEvents(
    sql,
    ended.map((row) => {
      const tenantId = toTypeId("ten", row.tenant_id);
      return {
        tenantId,
        actor: systemActor(tenantId, "jobs"),
        action: "reservation.expired" as const,
        resource: { id: toTypeId("agt", row.agent_id) },
        request: null,
        details: { reservationId: toTypeId("rsv", row.id), freedMicros: heldBy(row) },
      };
    }),
  );
  return due.length;
}
