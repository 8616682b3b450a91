import type { Sql } from "#db/database.ts";
import { type AlertId, newUuid, type TenantId, toUuid } from "#db/ids.ts";
import { type AlertRow, alertColumns, alertSource, silenceFits, toAlertView } from "./alert-row.ts";
import type { AlertView } from "./alert-schema.ts";
import { type BoundTelling, boundTellings } from "./bound-tellings.server.ts";
import type { DeliveryReason } from "./channels/channel-schema.ts";
import { wakeChannels } from "./channels/wake-channel.server.ts";
import { type RuleKind, rankOf, type Severity } from "./rule-kinds.ts";

/** Why people are told. */
export type TellingReason = Exclude<DeliveryReason, "test">;

export interface AlertToTell {
  tenantId: TenantId;
  alertId: AlertId;
}

/**
 * Tells of alerts on the transaction in which they became what they are: marks them as told, and writes down
 * and enqueues what each channel is to hear. Snoozed and silenced ones are left as they are, but for their end:
 * who was told that it began hears that too. As the system login, or as the one tenant; the alerts are locked.
 * @returns the UUIDs of those that were told
 */
export async function tellAlerts(
  sql: Sql,
  alerts: readonly AlertToTell[],
  reason: TellingReason,
): Promise<string[]> {
  if (alerts.length === 0) return [];
  const isEnd = reason === "acknowledged" || reason === "resolved";
  const told = isEnd ? uuidsOf(alerts) : await markTold(sql, alerts);
  if (told.length === 0) return [];
  const rows = await sql<ToldRow[]>`
    select ${sql.unsafe(alertColumns)}, rule.channel_ids from ${sql.unsafe(alertSource)}
    where alert.tenant_id = any(${tenantsOf(alerts)}::uuid[]) and alert.id = any(${told}::uuid[])
    order by alert.id`;
  const channels = await readChannels(sql, tenantsOf(alerts));
  const heard = isEnd ? await whoHeard(sql, rows, reason) : undefined;
  const deliveries = rows.flatMap((row) =>
    channels
      .filter((channel) =>
        heard === undefined ? isFor(channel, row) : channel.tells_end && heard.has(`${row.id} ${channel.id}`),
      )
      .map((channel) => ({ row, channel })),
  );
  if (isEnd) {
    await insertDeliveries(sql, deliveries, reason);
    return told;
  }
  const bound = await boundTellings(sql, deliveries);
  await noteTellings(sql, rows, bound, reason);
  await insertDeliveries(sql, bound, reason);
  return told;
}

interface ToldRow extends AlertRow {
  channel_ids: string[] | null;
}

interface ChannelRow {
  tenant_id: string;
  id: string;
  min_severity: Severity;
  rule_kinds: RuleKind[] | null;
  tells_end: boolean;
}

interface Telling extends BoundTelling {
  row: ToldRow;
  channel: ChannelRow;
}

const uuidsOf = (alerts: readonly AlertToTell[]): string[] => alerts.map(({ alertId }) => toUuid(alertId));
const tenantsOf = (alerts: readonly AlertToTell[]): string[] => [
  ...new Set(alerts.map(({ tenantId }) => toUuid(tenantId))),
];

/** Those of them that nothing holds back. */
async function markTold(sql: Sql, alerts: readonly AlertToTell[]): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    update alerts alert set told_at = now(), told_count = told_count + 1
    where alert.tenant_id = any(${tenantsOf(alerts)}::uuid[]) and alert.id = any(${uuidsOf(alerts)}::uuid[])
      and (alert.snoozed_until is null or alert.snoozed_until <= now())
      and not exists (select from alert_silences silence where ${sql.unsafe(silenceFits)})
    returning alert.id`;
  return rows.map(({ id }) => id);
}

const readChannels = (sql: Sql, tenantUuids: readonly string[]) => sql<ChannelRow[]>`
  select tenant_id, id, min_severity, rule_kinds, tells_end from alert_channels
  where tenant_id = any(${[...tenantUuids]}::uuid[]) and status = 'active' and removed_at is null
  order by tenant_id, id`;

function isFor(channel: ChannelRow, row: ToldRow): boolean {
  if (channel.tenant_id !== row.tenant_id || rankOf(row.severity) < rankOf(channel.min_severity))
    return false;
  if (row.channel_ids !== null && !row.channel_ids.includes(channel.id)) return false;
  return channel.rule_kinds === null || channel.rule_kinds.includes(row.kind);
}

/**
 * `alert channel` of those that were told that it began, and whose last word of it is another than this end:
 * what comes and goes within its cooldown begins again untold, and would end over and over.
 */
async function whoHeard(sql: Sql, rows: readonly ToldRow[], reason: TellingReason): Promise<Set<string>> {
  const found = await sql<{ alert_id: string; channel_id: string }[]>`
    select alert_id, channel_id from (
      select distinct on (delivery.alert_id, delivery.channel_id)
        delivery.alert_id, delivery.channel_id, delivery.reason
      from alert_deliveries delivery
      where delivery.tenant_id = any(${[...new Set(rows.map((row) => row.tenant_id))]}::uuid[])
        and delivery.alert_id = any(${rows.map((row) => row.id)}::uuid[])
      order by delivery.alert_id, delivery.channel_id, delivery.id desc
    ) newest
    where newest.reason <> ${reason}`;
  return new Set(found.map((one) => `${one.alert_id} ${one.channel_id}`));
}

async function noteTellings(
  sql: Sql,
  rows: readonly ToldRow[],
  deliveries: readonly Telling[],
  reason: TellingReason,
): Promise<void> {
  const entries = rows.map((row) => ({
    ...{ tenant_id: row.tenant_id, alert_id: row.id, id: newUuid() },
    details: { reason, channels: deliveries.filter((telling) => telling.row === row).length },
  }));
  await sql`
    insert into alert_entries (tenant_id, alert_id, id, kind, actor_kind, details)
    select tenant_id, alert_id, id, 'told', 'system', details
    from json_to_recordset(${JSON.stringify(entries)}::text::json) as entry (
      tenant_id uuid, alert_id uuid, id uuid, details jsonb
    )`;
}

/** The last one before a channel has heard enough says so. */
const withMore = (alert: AlertView, more = 0): AlertView =>
  more === 0 ? alert : { ...alert, title: `${alert.title} (and ${more} more, listed in Signalbox)` };

async function insertDeliveries(
  sql: Sql,
  deliveries: readonly Telling[],
  reason: TellingReason,
): Promise<void> {
  if (deliveries.length === 0) return;
  const rows = deliveries.map(({ row, channel, more }) => ({
    ...{ tenant_id: row.tenant_id, id: newUuid(), channel_id: channel.id, alert_id: row.id, reason },
    content: withMore(toAlertView(row), more),
  }));
  await sql`
    insert into alert_deliveries (tenant_id, id, channel_id, alert_id, reason, content)
    select tenant_id, id, channel_id, alert_id, reason, content
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as delivery (
      tenant_id uuid, id uuid, channel_id uuid, alert_id uuid, reason text, content jsonb
    )`;
  const channels = new Map(deliveries.map(({ channel }) => [channel.id, channel]));
  await wakeChannels(
    sql,
    [...channels.values()].map(({ tenant_id, id }) => ({ tenantUuid: tenant_id, channelUuid: id })),
  );
}
