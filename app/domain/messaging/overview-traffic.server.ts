import type { Sql } from "#db/database.ts";
import { firstUuidOf, type TenantId, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { mayReadBlocked } from "./mailbox-access.ts";
import type { OverviewTraffic } from "./overview-schema.ts";
import { visibleTo } from "./visible-messages.server.ts";

const MINUTE_MS = 60_000;
const shownMinutes = 60;
/** The hour, and the one before it to compare with. */
const countedMinutes = 2 * shownMinutes;
/** A message has its id before it is committed, but never this long. */
const settleMs = 2 * MINUTE_MS;
const rememberedTenants = 1_000;

/** What a minute's sends came to. Once the minute has settled it stays so. */
interface MinuteCount {
  total: number;
  blocked: number;
  /** Of the blocked, those to people, which nobody else may see. */
  blockedToPeople: number;
}

export interface TrafficCounter {
  read(sql: Sql, actor: Actor, nowMs: number): Promise<OverviewTraffic>;
}

/**
 * Counts a tenant's messages by the minute. Minutes that have settled are remembered, so that an
 * overview that is open all day counts the last two or three each time and not a whole hour.
 */
export function createTrafficCounter(): TrafficCounter {
  /** By tenant, the least recently read first; then by the minute's beginning. */
  const remembered = new Map<TenantId, Map<number, MinuteCount>>();

  function recall(tenantId: TenantId, fromMs: number): Map<number, MinuteCount> {
    const minutes = remembered.get(tenantId) ?? new Map<number, MinuteCount>();
    for (const atMs of minutes.keys()) if (atMs < fromMs) minutes.delete(atMs);
    remembered.delete(tenantId);
    remembered.set(tenantId, minutes);
    for (const oldest of remembered.keys()) {
      if (remembered.size <= rememberedTenants) break;
      remembered.delete(oldest);
    }
    return minutes;
  }

  return {
    async read(sql, actor, nowMs) {
      const lastMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
      const minutes = Array.from(
        { length: countedMinutes },
        (_, n) => lastMs - (countedMinutes - 1 - n) * MINUTE_MS,
      );
      const shown = minutes.slice(shownMinutes);
      const known = recall(actor.tenantId, minutes[0] ?? lastMs);
      const [fresh, undelivered] = await Promise.all([
        countMinutes(
          sql,
          actor,
          minutes.filter((atMs) => !known.has(atMs)),
        ),
        countUndelivered(sql, actor, shown),
      ]);
      for (const [atMs, count] of fresh) if (atMs + MINUTE_MS + settleMs <= nowMs) known.set(atMs, count);

      const countOf = (atMs: number) => known.get(atMs) ?? fresh.get(atMs) ?? nothing;
      const totalOf = (span: number[]) => span.reduce((sum, atMs) => sum + countOf(atMs).total, 0);
      const points = shown.map((atMs) => {
        const { total, blocked, blockedToPeople } = countOf(atMs);
        const late = undelivered.get(atMs) ?? { all: 0, visible: 0 };
        return {
          at: new Date(atMs).toISOString(),
          delivered: Math.max(0, total - blocked - late.all),
          refused: (mayReadBlocked(actor) ? blocked - blockedToPeople : 0) + late.visible,
        };
      });
      return {
        points,
        sent: totalOf(shown),
        refused: points.reduce((sum, { refused }) => sum + refused, 0),
        sentBefore: totalOf(minutes.slice(0, shownMinutes)),
      };
    },
  };
}

const nothing: MinuteCount = { total: 0, blocked: 0, blockedToPeople: 0 };

/** SQL text of a set of minutes with their ranges of ids; its parameter is `spansOf(…)`. */
const spanColumns = "(at_ms bigint, first_id uuid, next_id uuid)";
const spansOf = (minutes: number[]): string =>
  JSON.stringify(
    minutes.map((atMs) => ({
      at_ms: atMs,
      first_id: firstUuidOf(atMs),
      next_id: firstUuidOf(atMs + MINUTE_MS),
    })),
  );

async function countMinutes(sql: Sql, actor: Actor, minutes: number[]): Promise<Map<number, MinuteCount>> {
  if (minutes.length === 0) return new Map();
  const tenant = toUuid(actor.tenantId);
  const rows = await sql<{ at_ms: string; total: string; blocked: string; blocked_to_people: string }[]>`
    select span.at_ms, counted.total, refused.blocked, refused.blocked_to_people
    from json_to_recordset(${spansOf(minutes)}::text::json) as span ${sql.unsafe(spanColumns)}
    cross join lateral (
      select count(*) as total
      from messages message
      where message.tenant_id = ${tenant} and message.id >= span.first_id and message.id < span.next_id
    ) counted
    cross join lateral (
      select
        count(*) as blocked,
        count(*) filter (where message.recipient_kind = 'member') as blocked_to_people
      from deliveries delivery
      join messages message on message.tenant_id = delivery.tenant_id and message.id = delivery.message_id
      where delivery.tenant_id = ${tenant} and delivery.status = 'blocked'
        and delivery.message_id >= span.first_id and delivery.message_id < span.next_id
    ) refused
  `;
  return new Map(
    rows.map((row) => [
      Number(row.at_ms),
      {
        total: Number(row.total),
        blocked: Number(row.blocked),
        blockedToPeople: Number(row.blocked_to_people),
      },
    ]),
  );
}

/** What failed or expired, by the minute it was sent in: known only later, so it is never remembered. */
async function countUndelivered(
  sql: Sql,
  actor: Actor,
  minutes: number[],
): Promise<Map<number, { all: number; visible: number }>> {
  const tenant = toUuid(actor.tenantId);
  const rangeOf = (status: "failed" | "expired") => sql`
    select undelivered.message_id from deliveries undelivered
    where undelivered.tenant_id = ${tenant} and ${sql.unsafe(`undelivered.status = '${status}'`)}
      and undelivered.message_id >= span.first_id and undelivered.message_id < span.next_id`;
  const rows = await sql<{ at_ms: string; all: string; visible: string }[]>`
    select span.at_ms, late.all, late.visible
    from json_to_recordset(${spansOf(minutes)}::text::json) as span ${sql.unsafe(spanColumns)}
    -- A range of the index for each minute and status: anything less definite reads all that ever went wrong.
    cross join lateral (
      select count(*) as all, count(*) filter (where ${visibleTo(sql, actor)}) as visible
      from (${rangeOf("failed")} union all ${rangeOf("expired")}) delivery
      join messages message on message.tenant_id = ${tenant} and message.id = delivery.message_id
    ) late
  `;
  return new Map(
    rows.map((row) => [Number(row.at_ms), { all: Number(row.all), visible: Number(row.visible) }]),
  );
}
