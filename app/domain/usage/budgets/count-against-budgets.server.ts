import type { Sql } from "#db/database.ts";
import type { MeteredEvent } from "../metered-event.ts";
import { addToBudgetPeriods, type BudgetPeriod } from "../use-of-period.server.ts";
import type { SpendingMonth } from "./budget-periods.server.ts";
import { type ReservationUse, reservationKey, settleReservations } from "./settle-reservations.server.ts";

/**
 * Adds what events cost to the budgets that they count against, and takes it from the reservations that
 * they are of; locks the budgets' months until the commit. After the agents' months.
 */
export async function countAgainstBudgets(
  sql: Sql,
  events: readonly MeteredEvent[],
): Promise<BudgetPeriod[]> {
  const uses = events.flatMap(reservedBy);
  if (uses.length === 0) return addToBudgetPeriods(sql, events);
  const counted = await settleReservations(sql, uses, events.map(monthOf));
  return addToBudgetPeriods(
    sql,
    events.filter((event) => !reservedBy(event).some((use) => counted.has(reservationKey(use)))),
  );
}

const reservedBy = ({ usage, costMicros }: MeteredEvent): ReservationUse[] =>
  usage.reservationUuid === undefined
    ? []
    : [
        {
          tenantUuid: usage.call.tenantUuid,
          agentUuid: usage.agentUuid,
          reservationUuid: usage.reservationUuid,
          costMicros,
        },
      ];

const monthOf = ({ usage, period }: MeteredEvent): SpendingMonth => ({
  tenantUuid: usage.call.tenantUuid,
  agentUuid: usage.agentUuid,
  period,
});
