import { AppError } from "#app/domain/errors.ts";
import type { Database } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import {
  type ChannelChange,
  changedChannel,
  lockChannel,
  recordChannelEvent,
  tenantOfChange,
} from "./change-channel.server.ts";
import type { ChannelView } from "./channel-schema.ts";
import { failingDays } from "./failing-days.ts";
import { wakeChannels } from "./wake-channel.server.ts";

/** Of what was given up, no more than somebody would want to read at once. */
const maxRetried = 100;

/**
 * Tries a channel now: what waits, and what was given up of the last days whose alerts are not resolved.
 * @throws AppError not_found, conflict while it is off.
 */
export async function retryChannel(
  db: Database,
  change: ChannelChange,
): Promise<ChannelView & { retried: number }> {
  const tenantId = tenantOfChange(change);
  return db.asTenantSql(tenantId, async (sql) => {
    const channel = await lockChannel(sql, change);
    const { tenantUuid, channelUuid } = channel;
    if (channel.status !== "active") throw new AppError("conflict", "The channel is off. Turn it on first.");
    await sql`
      update alert_channels set next_attempt_at = null
      where tenant_id = ${tenantUuid} and id = ${channelUuid}
    `;
    const retried = await sql<{ id: string; alert_id: string }[]>`
      with given_up as (
        select delivery.tenant_id, delivery.id
        from alert_deliveries delivery
        join alerts alert on alert.tenant_id = delivery.tenant_id and alert.id = delivery.alert_id
        where delivery.tenant_id = ${tenantUuid} and delivery.channel_id = ${channelUuid}
          and delivery.status = 'failed' and delivery.created_at > now() - make_interval(days => ${failingDays})
          and alert.status <> 'resolved'
        order by delivery.id desc
        limit ${maxRetried}
        for no key update of delivery
      )
      update alert_deliveries delivery set status = 'pending', attempts = 0
      from given_up
      where delivery.tenant_id = given_up.tenant_id and delivery.id = given_up.id
      returning delivery.id, delivery.alert_id
    `;
    await sql`
      update alert_deliveries set next_attempt_at = now()
      where tenant_id = ${tenantUuid} and channel_id = ${channelUuid} and status = 'pending'
    `;
    await wakeChannels(sql, [channel]);
    await recordChannelEvent(
      sql,
      ...retried.map(({ id, alert_id }) => ({
        ...{ tenantId, actor: change.actor, request: change.request },
        action: "alert_delivery.retried" as const,
        resource: { id: toTypeId("ntf", id) },
        details: { channelId: change.channelId, alertId: toTypeId("alr", alert_id) },
      })),
    );
    return { ...(await changedChannel(sql, channel, change.channelId)), retried: retried.length };
  });
}
