import type { Database, Sql } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import type { Fragment } from "../audit/audit-conditions.server.ts";
import type { Actor, UserActor } from "../auth/actor.ts";
import { mostUnread } from "./alert-list-schema.ts";
import { type AlertRow, alertColumns, severityRank, toAlertView } from "./alert-row.ts";
import type { Bell } from "./alert-schema.ts";
import { requireReader, tenantsOfBell } from "./require-reader.ts";

const shownAlerts = 20;

/**
 * What the person's bell shows: alerts that are not resolved, that somebody was told of and that their
 * preferences let through, the newest telling first; and how many of them are unread. An alert that is told
 * again after it was read is unread again.
 * @throws AppError forbidden
 */
export async function readBell(db: Database, actor: Actor): Promise<Bell> {
  requireReader(actor);
  const [rows, unread] = await readAs(db, actor, (sql) =>
    Promise.all([selectBell(sql, actor), countUnread(sql, actor)]),
  );
  return {
    unread,
    alerts: rows.map((row) => ({ ...toAlertView(row), isUnread: row.is_unread })),
  };
}

/** How many the bell says are unread, at most `mostUnread` + 1: for a page that shows the number alone. */
export async function countUnreadAlerts(db: Database, actor: Actor): Promise<number> {
  requireReader(actor);
  return readAs(db, actor, (sql) => countUnread(sql, actor));
}

/** The service's own alerts are another tenant's: who sees both reads as the system. */
const readAs = <T>(db: Database, actor: UserActor, work: (sql: Sql) => Promise<T>): Promise<T> =>
  tenantsOfBell(actor).length === 1
    ? db.asTenantSql(actor.tenantId, work, { readOnly: true })
    : db.withSql(work, { readOnly: true });

interface BellRow extends AlertRow {
  is_unread: boolean;
}

/** A tenant after the other, each from its own index; the newest of all then. */
const selectBell = (sql: Sql, actor: UserActor) =>
  sql<BellRow[]>`
    select ${sql.unsafe(alertColumns)}, ${isUnread(sql, actor)} as is_unread
    from unnest(${tenantsOfBell(actor).map(toUuid)}::uuid[]) as told (tenant_id)
    cross join lateral (
      select alert.* from alerts alert
      where alert.tenant_id = told.tenant_id and ${rings(sql, actor)}
      order by alert.told_at desc
      limit ${shownAlerts}
    ) alert
    join alert_rules rule on rule.tenant_id = alert.tenant_id and rule.id = alert.rule_id
    order by alert.told_at desc, alert.id desc
    limit ${shownAlerts}`;

async function countUnread(sql: Sql, actor: UserActor): Promise<number> {
  const [row] = await sql<{ unread: number }[]>`
    select count(*)::int as unread from (
      select from unnest(${tenantsOfBell(actor).map(toUuid)}::uuid[]) as told (tenant_id)
      cross join lateral (
        select from alerts alert
        where alert.tenant_id = told.tenant_id and ${rings(sql, actor)} and ${isUnread(sql, actor)}
        limit ${mostUnread + 1}
      ) unread
      limit ${mostUnread + 1}
    ) capped`;
  return row?.unread ?? 0;
}

const preferenceOf = (sql: Sql, actor: UserActor, column: string): Fragment => sql`(
  select ${sql(column)} from alert_preferences
  where alert_preferences.tenant_id = ${toUuid(actor.tenantId)} and alert_preferences.user_id = ${toUuid(actor.id)}
)`;

/** SQL: whether `alert` is on the bell. */
const rings = (sql: Sql, actor: UserActor): Fragment => sql`
  alert.status <> 'resolved' and alert.told_at is not null
  and (alert.snoozed_until is null or alert.snoozed_until <= now())
  and ${sql.unsafe(severityRank("alert.severity"))}
    >= coalesce(array_position(array['info', 'warning', 'critical'], ${preferenceOf(sql, actor, "min_severity")}), 1)
  and alert.kind <> all(coalesce(${preferenceOf(sql, actor, "muted_kinds")}, '{}'))`;

/** SQL: whether the person has not read `alert` since it was told last. */
const isUnread = (sql: Sql, actor: UserActor): Fragment => sql`(
  alert.told_at > coalesce(${preferenceOf(sql, actor, "read_through")}, '-infinity')
  and not exists (
    select from alert_reads read
    where read.tenant_id = alert.tenant_id and read.alert_id = alert.id and read.user_id = ${toUuid(actor.id)}
      and read.read_at >= alert.told_at
  )
)`;
