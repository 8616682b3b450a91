import { exactTime } from "#app/domain/audit/audit-log-row.ts";
import type { Sql } from "#db/database.ts";
import { toTypeId, toUuid } from "#db/ids.ts";
import type { DeliveryPageQuery } from "./channel-query-schema.ts";
import type {
  ChannelKind,
  DeliveryAttemptView,
  DeliveryReason,
  DeliveryView,
  TellingStatus,
} from "./channel-schema.ts";

interface FindDeliveries extends DeliveryPageQuery {
  /** These alone, as UUIDs. */
  ids?: readonly string[];
}

interface DeliveryRow {
  id: string;
  alert_id: string | null;
  title: string | null;
  channel_id: string;
  channel_name: string;
  channel_kind: ChannelKind;
  reason: DeliveryReason;
  status: TellingStatus;
  created_at: string;
  settled_at: string | null;
  next_attempt_at: string | null;
  attempts: DeliveryAttemptView[];
}

/** Of one delivery, the newest: a mail to many addresses has many. */
const maxAttempts = 100;

/** A tenant's deliveries with their attempts, the newest first. */
export async function findDeliveries(
  sql: Sql,
  tenantUuid: string,
  { ids, channelId, alertId, status, cursor, limit }: FindDeliveries,
): Promise<DeliveryView[]> {
  const rows = await sql<DeliveryRow[]>`
    with page as (
      select * from alert_deliveries delivery
      where delivery.tenant_id = ${tenantUuid}
        and ${ids === undefined ? sql`true` : sql`delivery.id = any(${[...ids]}::uuid[])`}
        and ${channelId === undefined ? sql`true` : sql`delivery.channel_id = ${toUuid(channelId)}`}
        and ${alertId === undefined ? sql`true` : sql`delivery.alert_id = ${toUuid(alertId)}`}
        and ${status === undefined ? sql`true` : sql`delivery.status = ${status}`}
        and ${cursor === undefined ? sql`true` : sql`delivery.id < ${toUuid(cursor)}`}
      order by delivery.id desc
      limit ${limit}
    )
    select page.id, page.alert_id,
      case when page.alert_id is not null then page.content->>'title' end as title, page.channel_id, channel.name as channel_name, channel.kind as channel_kind,
      page.reason, page.status, ${time("page.created_at")} as created_at,
      case when page.status <> 'pending' then ${time("page.settled_at")} end as settled_at,
      case when page.status = 'pending' and page.next_attempt_at > now()
        then ${time("page.next_attempt_at")} end as next_attempt_at,
      coalesce((
        select json_agg(json_build_object(
          'attempt', tried.attempt, 'target', tried.target, 'startedAt', ${time("tried.started_at")},
          'durationMs', tried.duration_ms, 'outcome', tried.outcome, 'statusCode', tried.status_code,
          'error', tried.error, 'responseBody', tried.response_body
        ) order by tried.id)
        from (
          select * from alert_delivery_attempts attempt
          where attempt.tenant_id = page.tenant_id and attempt.delivery_id = page.id
          order by attempt.id desc
          limit ${maxAttempts}
        ) tried
      ), '[]') as attempts
    from page
    join alert_channels channel on channel.tenant_id = page.tenant_id and channel.id = page.channel_id
    order by page.id desc
  `;
  return rows.map((row) => ({
    id: toTypeId("ntf", row.id),
    alertId: row.alert_id === null ? null : toTypeId("alr", row.alert_id),
    title: row.title,
    channelId: toTypeId("chn", row.channel_id),
    channelName: row.channel_name,
    channelKind: row.channel_kind,
    reason: row.reason,
    status: row.status,
    createdAt: row.created_at,
    settledAt: row.settled_at,
    nextAttemptAt: row.next_attempt_at,
    attempts: row.attempts,
  }));

  function time(column: string) {
    return sql.unsafe(exactTime(column));
  }
}
