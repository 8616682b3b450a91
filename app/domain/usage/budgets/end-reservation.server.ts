import type { Database, Sql } from "#db/database.ts";
import { type ReservationId, toTypeId, toUuid } from "#db/ids.ts";
import { insertAuditEvents } from "../../audit/insert-audit-events.server.ts";
import type { Actor, RequestInfo } from "../../auth/actor.ts";
import { AppError, notFound } from "../../errors.ts";
import { shareBudgets } from "../budget-gate.server.ts";
import { lockBudgetPeriods, moveMoney } from "./budget-periods.server.ts";
import { holdToBudgets } from "./hold-to-budgets.server.ts";
import { requireSpender } from "./require-spender.ts";
import { heldBy, type ReservationRow, reservationColumns, toReservationView } from "./reservation-row.ts";
import type { ReservationView, SettleInput } from "./schema.ts";

interface EndReservationOptions {
  reservationId: ReservationId;
  end: { as: "settled"; costMicros: SettleInput["costMicros"] } | { as: "released" };
  nowMs: number;
  request: RequestInfo;
}

/**
 * Ends a run's reservation: what it still holds is free again. Settled, it says what the run has cost in
 * all, and what no usage event has counted of that is spent now. A reservation that has expired can be
 * settled: its money is spent all the same. The same end again changes nothing.
 *
 * @throws AppError conflict when it has ended otherwise; not_found, also for another agent's
 */
export function endReservation(
  db: Database,
  actor: Actor,
  { reservationId, end, nowMs, request }: EndReservationOptions,
): Promise<ReservationView> {
  const tenantUuid = toUuid(actor.tenantId);
  return db.asTenantSql(actor.tenantId, async (sql) => {
    await shareBudgets(sql, [tenantUuid]);
    const found = await findReservation(sql, tenantUuid, toUuid(reservationId));
    const agentId = found && toTypeId("agt", found.agent_id);
    if (found === undefined || agentId === undefined || (actor.kind === "agent" && actor.id !== agentId))
      throw notFound("reservation");
    requireSpender(actor, agentId);
    const month = { tenantUuid, agentUuid: found.agent_id, period: found.period };
    // The budgets first, as whoever reserves and meters does; what was read is old by then.
    await lockBudgetPeriods(sql, [month]);
    const row = await lockReservation(sql, tenantUuid, found.id);
    const reported = Number(row.settled_micros ?? 0);
    const costMicros = end.as === "settled" ? Math.max(reported, end.costMicros ?? reported) : reported;
    if (row.status === end.as && (end.as === "released" || costMicros === reported))
      return toReservationView(row);
    if (row.status !== "open" && !(row.status === "expired" && end.as === "settled"))
      throw new AppError("conflict", `The reservation was ${row.status} before.`);
    const [ended] = await sql<ReservationRow[]>`
      update reservations
      set status = ${end.as}, settled_micros = ${costMicros}, ended_at = coalesce(ended_at, now())
      where tenant_id = ${tenantUuid} and id = ${row.id}
      returning ${sql.unsafe(reservationColumns("reservations"))}`;
    if (ended === undefined) throw notFound("reservation");
    const budgets = await moveMoney(sql, [
      {
        ...month,
        freedMicros: row.status === "open" ? heldBy(row) : 0,
        spentMicros: costMicros - reported,
      },
    ]);
    await insertAuditEvents(sql, [
      {
        tenantId: actor.tenantId,
        actor,
        action: end.as === "settled" ? "reservation.settled" : "reservation.released",
        resource: { id: agentId },
        request,
        details: { reservationId, costMicros },
      },
    ]);
    if (costMicros > reported) await holdToBudgets(sql, budgets, nowMs);
    return toReservationView(ended);
  });
}

async function findReservation(
  sql: Sql,
  tenantUuid: string,
  uuid: string,
): Promise<ReservationRow | undefined> {
  const [row] = await sql<ReservationRow[]>`
    select ${sql.unsafe(reservationColumns("reservations"))} from reservations
    where tenant_id = ${tenantUuid} and id = ${uuid}`;
  return row;
}

async function lockReservation(sql: Sql, tenantUuid: string, uuid: string): Promise<ReservationRow> {
  const [row] = await sql<ReservationRow[]>`
    select ${sql.unsafe(reservationColumns("reservations"))} from reservations
    where tenant_id = ${tenantUuid} and id = ${uuid} for update`;
  if (row === undefined) throw notFound("reservation");
  return row;
}
