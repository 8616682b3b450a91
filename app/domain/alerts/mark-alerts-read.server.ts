import type { Database, Sql } from "#db/database.ts";
import { type AlertId, toUuid } from "#db/ids.ts";
import type { Actor, UserActor } from "../auth/actor.ts";
import { countUnreadAlerts } from "./read-bell.server.ts";
import { requireReader, tenantsOfBell } from "./require-reader.ts";

export type AlertsRead = { alertIds: readonly AlertId[] } | { all: true };

/**
 * Marks alerts as read by the person: these, or all that anybody was told of until now. What they cannot
 * see is left out. Not audited: it is the person's own bookmark, and changes nothing of the alerts.
 * @returns how many are unread then
 * @throws AppError forbidden
 */
export async function markAlertsRead(db: Database, actor: Actor, read: AlertsRead): Promise<number> {
  requireReader(actor);
  const mark = (sql: Sql) => ("all" in read ? markAll(sql, actor) : markThese(sql, actor, read.alertIds));
  if (tenantsOfBell(actor).length === 1) await db.asTenantSql(actor.tenantId, mark);
  else await db.withSql(mark);
  return countUnreadAlerts(db, actor);
}

const markThese = (sql: Sql, actor: UserActor, alertIds: readonly AlertId[]) => sql`
  insert into alert_reads (tenant_id, user_id, alert_id, read_at)
  select alert.tenant_id, ${toUuid(actor.id)}, alert.id, greatest(now(), alert.told_at)
  from alerts alert
  where alert.tenant_id = any(${tenantsOfBell(actor).map(toUuid)}::uuid[])
    and alert.id = any(${alertIds.map(toUuid)}::uuid[])
  order by alert.tenant_id, alert.id
  on conflict (tenant_id, alert_id, user_id) do update set read_at = excluded.read_at`;

/** Up to the newest telling that could be seen: one that commits after this is unread, whenever it began. */
const markAll = (sql: Sql, actor: UserActor) => sql`
  insert into alert_preferences (tenant_id, user_id, read_through)
  select ${toUuid(actor.tenantId)}, ${toUuid(actor.id)}, max(newest.told_at)
  from unnest(${tenantsOfBell(actor).map(toUuid)}::uuid[]) as told (tenant_id)
  cross join lateral (
    select alert.told_at from alerts alert
    where alert.tenant_id = told.tenant_id and alert.status <> 'resolved' and alert.told_at is not null
    order by alert.told_at desc
    limit 1
  ) newest
  having max(newest.told_at) is not null
  on conflict (tenant_id, user_id) do update
  set read_through = greatest(alert_preferences.read_through, excluded.read_through), updated_at = now()`;
