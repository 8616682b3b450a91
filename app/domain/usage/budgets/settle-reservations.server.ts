import type { Sql } from "#db/database.ts";
import {
  lockBudgetPeriods,
  type MoneyMoved,
  moveMoney,
  type SpendingMonth,
} from "./budget-periods.server.ts";
import { heldBy, type ReservationRow, reservationColumns } from "./reservation-row.ts";

/** What usage events cost that say which reservation they are of. */
export interface ReservationUse {
  tenantUuid: string;
  agentUuid: string;
  reservationUuid: string;
  costMicros: number;
}

interface LockedReservation extends ReservationRow {
  tenant_id: string;
}

export const reservationKey = ({
  tenantUuid,
  reservationUuid,
}: Pick<ReservationUse, "tenantUuid" | "reservationUuid">) => `${tenantUuid} ${reservationUuid}`;

/**
 * Takes what usage events cost from the reservations that they are of, for the transaction that counts
 * them: what was reserved becomes spent, so that at no moment a budget shows more room than it has. A
 * reservation stays open with what is left of it, since a run makes many queries; it is ended by its
 * settling, its release, or its time.
 *
 * To be called after agents' months are locked, and before the events' cost is added to budgets. A reservation that was settled has said what
 * its run cost in all: events that come later are in that, and must not count against budgets again.
 * One that is not there, or another agent's, is nobody's: its events count as any other.
 *
 * @param spending all months that the transaction will add to, so that budgets are locked once and in order
 * @returns by `reservationKey`, the reservations whose events budgets have counted already
 */
export async function settleReservations(
  sql: Sql,
  uses: readonly ReservationUse[],
  spending: readonly SpendingMonth[],
): Promise<ReadonlySet<string>> {
  if (uses.length === 0) return new Set();
  const costs = new Map<string, ReservationUse>();
  for (const use of uses) {
    const key = `${reservationKey(use)} ${use.agentUuid}`;
    costs.set(key, { ...use, costMicros: (costs.get(key)?.costMicros ?? 0) + use.costMicros });
  }
  const json = JSON.stringify(
    [...costs.values()].map(({ tenantUuid, agentUuid, reservationUuid }) => ({
      ...{ tenant_id: tenantUuid, agent_id: agentUuid },
      id: reservationUuid,
    })),
  );
  const months = await sql<{ tenant_id: string; agent_id: string; period: string }[]>`
    select distinct known.tenant_id, known.agent_id, to_char(known.period, 'YYYY-MM-DD') as period
    from json_to_recordset(${json}::text::json) as used (tenant_id uuid, agent_id uuid, id uuid)
    join reservations known on known.tenant_id = used.tenant_id and known.id = used.id
      and known.agent_id = used.agent_id`;
  if (months.length === 0) return new Set();
  await lockBudgetPeriods(sql, [
    ...spending,
    ...months.map(({ tenant_id, agent_id, period }) => ({
      ...{ tenantUuid: tenant_id, agentUuid: agent_id },
      period,
    })),
  ]);
  const rows = await sql<LockedReservation[]>`
    select known.tenant_id, ${sql.unsafe(reservationColumns("known"))}
    from reservations known
    join json_to_recordset(${json}::text::json) as used (tenant_id uuid, agent_id uuid, id uuid)
      on known.tenant_id = used.tenant_id and known.id = used.id and known.agent_id = used.agent_id
    order by known.tenant_id, known.id
    for update of known`;
  const drawn = rows.flatMap((row) => {
    const key = { tenantUuid: row.tenant_id, reservationUuid: row.id };
    const costMicros = costs.get(`${reservationKey(key)} ${row.agent_id}`)?.costMicros ?? 0;
    return row.status === "settled" ? [] : [{ row, costMicros }];
  });
  await draw(sql, drawn);
  return new Set(
    rows
      .filter(({ status }) => status === "settled")
      .map(({ tenant_id, id }) => reservationKey({ tenantUuid: tenant_id, reservationUuid: id })),
  );
}

/** Notes what reservations have cost so far, and frees so much of what they hold. */
async function draw(
  sql: Sql,
  drawn: readonly { row: LockedReservation; costMicros: number }[],
): Promise<void> {
  if (drawn.length === 0) return;
  const costs = drawn.map(({ row, costMicros }) => ({
    ...{ tenant_id: row.tenant_id, id: row.id },
    cost: costMicros,
  }));
  await sql`
    update reservations known
    set settled_micros = coalesce(known.settled_micros, 0) + used.cost
    from json_to_recordset(${JSON.stringify(costs)}::text::json) as used (tenant_id uuid, id uuid, cost bigint)
    where known.tenant_id = used.tenant_id and known.id = used.id`;
  await moveMoney(
    sql,
    drawn
      .filter(({ row }) => row.status === "open")
      .map(
        ({ row, costMicros }): MoneyMoved => ({
          ...{ tenantUuid: row.tenant_id, agentUuid: row.agent_id, period: row.period },
          freedMicros: Math.min(heldBy(row), costMicros),
          spentMicros: 0,
        }),
      ),
  );
}
