import type { Database, Sql } from "#db/database.ts";
import { newUuid, toTypeId, toUuid } from "#db/ids.ts";
import { insertAuditEvents } from "../../audit/insert-audit-events.server.ts";
import type { Actor, RequestInfo } from "../../auth/actor.ts";
import { AppError, notFound } from "../../errors.ts";
import { shareBudgets } from "../budget-gate.server.ts";
import { periodOf } from "../period.ts";
import {
  type LockedBudgetPeriod,
  lockBudgetPeriods,
  moveMoney,
  type SpendingMonth,
} from "./budget-periods.server.ts";
import { requireSpender } from "./require-spender.ts";
import { type ReservationRow, reservationColumns, toReservationView } from "./reservation-row.ts";
import type { ReservationMade, ReserveInput } from "./schema.ts";

/** A budget with what can still be reserved of it. */
interface Room {
  budget: LockedBudgetPeriod;
  remainingMicros: number;
}

type Decision = { refusing: Room } | { refusing?: undefined; row: ReservationRow; rooms: Room[] };

/**
 * Sets money aside for a run of an agent: given only if what is spent, what is reserved and this fit
 * into its own budget and its tenant's. Without a budget it is given. Budgets' months are locked while
 * it is decided, so that runs that begin at once are decided one after the other, in every process.
 *
 * @throws AppError budget_exceeded with what is left; not_found; sender_mismatch; forbidden
 */
export async function reserveBudget(
  db: Database,
  actor: Actor,
  input: ReserveInput,
  { nowMs, request }: { nowMs: number; request: RequestInfo },
): Promise<ReservationMade> {
  requireSpender(actor, input.agentId);
  const month: SpendingMonth = {
    tenantUuid: toUuid(actor.tenantId),
    agentUuid: toUuid(input.agentId),
    period: periodOf(nowMs),
  };
  const decided = await db.asTenantSql(actor.tenantId, async (sql): Promise<Decision> => {
    await shareBudgets(sql, [month.tenantUuid]);
    const agent = await requireAgent(sql, month);
    const rooms = await roomsOf(sql, month);
    const refusing = tightest(rooms.filter(({ remainingMicros }) => remainingMicros < input.amountMicros));
    const base = {
      ...{ tenantId: actor.tenantId, actor, request },
      resource: { id: input.agentId, name: agent.name },
    };
    const asked = { amountMicros: input.amountMicros, runId: input.runId ?? null };
    if (refusing !== undefined) {
      await insertAuditEvents(sql, [
        {
          ...base,
          action: "reservation.refused",
          status: "denied",
          details: {
            ...asked,
            budgetId: toTypeId("bgt", refusing.budget.budgetUuid),
            remainingMicros: refusing.remainingMicros,
          },
        },
      ]);
      return { refusing };
    }
    const row = await insertReservation(sql, month, input);
    await moveMoney(sql, [{ ...month, freedMicros: -input.amountMicros, spentMicros: 0 }]);
    await insertAuditEvents(sql, [
      {
        ...base,
        action: "reservation.made",
        details: { ...asked, reservationId: toTypeId("rsv", row.id), ttlSeconds: input.ttlSeconds },
      },
    ]);
    return { row, rooms };
  });
  if (decided.refusing !== undefined) throw exceeded(decided.refusing, input.amountMicros);
  return {
    ...toReservationView(decided.row),
    budgets: decided.rooms.map(({ budget, remainingMicros }) => ({
      ...namesOf(budget),
      remainingMicros: remainingMicros - input.amountMicros,
    })),
  };
}

async function requireAgent(sql: Sql, { tenantUuid, agentUuid }: SpendingMonth): Promise<{ name: string }> {
  const [agent] = await sql<{ name: string }[]>`
    select name from agents where tenant_id = ${tenantUuid} and id = ${agentUuid}`;
  if (agent === undefined) throw notFound("agent");
  return agent;
}

/**
 * What is left of each budget. Reservations whose time is over are free, also while no job has ended
 * them: who ends them locks the same months first.
 */
async function roomsOf(sql: Sql, month: SpendingMonth): Promise<Room[]> {
  const budgets = await lockBudgetPeriods(sql, [month]);
  if (budgets.length === 0) return [];
  const expired = await sql<{ agent_id: string; held: string }[]>`
    select agent_id, sum(greatest(0, amount_micros - coalesce(settled_micros, 0)))::bigint as held
    from reservations
    where status = 'open' and expires_at <= now()
      and tenant_id = ${month.tenantUuid} and period = ${month.period}::date
    group by agent_id`;
  return budgets.map((budget) => {
    const free = expired
      .filter(({ agent_id }) => budget.agentUuid === null || budget.agentUuid === agent_id)
      .reduce((sum, { held }) => sum + Number(held), 0);
    const reserved = Math.max(0, budget.reservedMicros - free);
    return { budget, remainingMicros: Math.max(0, budget.amountMicros - budget.spentMicros - reserved) };
  });
}

const tightest = (rooms: readonly Room[]): Room | undefined =>
  rooms.toSorted((a, b) => a.remainingMicros - b.remainingMicros)[0];

async function insertReservation(
  sql: Sql,
  { tenantUuid, agentUuid, period }: SpendingMonth,
  { amountMicros, ttlSeconds, runId }: ReserveInput,
): Promise<ReservationRow> {
  const [row] = await sql<ReservationRow[]>`
    insert into reservations (tenant_id, id, agent_id, period, amount_micros, run_id, expires_at)
    values (${tenantUuid}, ${newUuid()}, ${agentUuid}, ${period}::date, ${amountMicros}, ${runId ?? null},
      now() + make_interval(secs => ${ttlSeconds}))
    returning ${sql.unsafe(reservationColumns("reservations"))}`;
  if (row === undefined) throw new Error("A reservation that was stored was not given back");
  return row;
}

const namesOf = ({ budgetUuid, agentUuid }: LockedBudgetPeriod) => ({
  budgetId: toTypeId("bgt", budgetUuid),
  agentId: agentUuid === null ? null : toTypeId("agt", agentUuid),
});

function exceeded({ budget, remainingMicros }: Room, amountMicros: number): AppError {
  const whose = budget.agentUuid === null ? "The organisation’s" : "The agent’s";
  return new AppError("budget_exceeded", `${whose} budget of this month has not that much left.`, {
    extensions: { ...namesOf(budget), remainingMicros, amountMicros },
  });
}
