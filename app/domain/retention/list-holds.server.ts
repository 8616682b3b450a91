import type postgres from "postgres";
import type { Database, Sql } from "#db/database.ts";
import { type HoldId, toTypeId, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { notFound } from "../errors.ts";
import { requireScope } from "../messaging/mailbox-access.ts";
import { isoTime } from "../messaging/message-row.ts";
import type { HoldList, HoldListQuery, HoldView } from "./schema.ts";

interface HoldRow {
  id: string;
  message_id: string | null;
  correlation_id: string;
  reason: string;
  placed_by: string | null;
  placed_by_name: string | null;
  placed_at: string;
  released_by: string | null;
  released_by_name: string | null;
  released_at: string | null;
}

/** The tenant's holds, newest first. */
export async function listHolds(
  db: Database,
  actor: Actor,
  { limit, cursor, state }: HoldListQuery,
): Promise<HoldList> {
  requireScope(actor, "tenant:write");
  const rows = await db.asTenantSql(
    actor.tenantId,
    (sql) =>
      selectHolds(
        sql,
        actor,
        sql`
          ${state === "all" ? sql`` : state === "active" ? sql`and hold.released_at is null` : sql`and hold.released_at is not null`}
          ${cursor === undefined ? sql`` : sql`and hold.id < ${toUuid(cursor)}`}
          order by hold.id desc
          limit ${limit + 1}
        `,
      ),
    { readOnly: true },
  );
  const holds = rows.slice(0, limit).map(toHoldView);
  return { holds, nextCursor: rows.length > limit ? (holds.at(-1)?.id ?? null) : null };
}

/** One hold, on the caller's transaction. */
export async function readHold(sql: Sql, actor: Actor, id: HoldId): Promise<HoldView> {
  const [row] = await selectHolds(sql, actor, sql`and hold.id = ${toUuid(id)}`);
  if (row === undefined) throw notFound("hold");
  return toHoldView(row);
}

export type Fragment = postgres.PendingQuery<postgres.Row[]>;

/** Holds of the actor's tenant that fit `rest`, which begins with `and` or with an order. */
export const selectHolds = (sql: Sql, actor: Actor, rest: Fragment) =>
  sql<HoldRow[]>`
    select
      hold.id, hold.message_id, hold.reason, hold.placed_by, hold.released_by,
      coalesce(hold.correlation_id, (
        select message.correlation_id from messages message
        where message.tenant_id = hold.tenant_id and message.id = hold.message_id
      ), '') as correlation_id,
      (select person.name from users person where person.id = hold.placed_by) as placed_by_name,
      (select person.name from users person where person.id = hold.released_by) as released_by_name,
      ${sql.unsafe(isoTime("hold.placed_at"))} as placed_at,
      ${sql.unsafe(isoTime("hold.released_at"))} as released_at
    from holds hold
    where hold.tenant_id = ${toUuid(actor.tenantId)} ${rest}
  `;

export const toHoldView = (row: HoldRow): HoldView => ({
  id: toTypeId("hld", row.id),
  messageId: row.message_id === null ? null : toTypeId("msg", row.message_id),
  correlationId: row.correlation_id,
  reason: row.reason,
  placedBy: toPerson(row.placed_by, row.placed_by_name),
  placedAt: row.placed_at,
  releasedBy: toPerson(row.released_by, row.released_by_name),
  releasedAt: row.released_at,
});

/** Somebody who has left is not named any more. */
export const toPerson = (uuid: string | null, name: string | null): HoldView["placedBy"] =>
  uuid === null ? null : { id: toTypeId("usr", uuid), name: name ?? "Former member" };
