import { AppError, notFound } from "#app/domain/errors.ts";
import type { Database } from "#db/database.ts";
import { type AlertChannelId, type AlertDeliveryId, toTypeId, toUuid } from "#db/ids.ts";
import type { RequestInfo } from "../../auth/actor.ts";
import {
  type ChannelReach,
  lockChannel,
  recordChannelEvent,
  tenantOfChange,
} from "./change-channel.server.ts";
import type { DeliveryView, TellingStatus } from "./channel-schema.ts";
import { findDeliveries } from "./find-deliveries.server.ts";
import { wakeChannels } from "./wake-channel.server.ts";

export interface RetryDelivery extends ChannelReach {
  deliveryId: AlertDeliveryId;
  request: RequestInfo | null;
}

/**
 * Has something told again that was given up or cancelled, or now what waits for its next attempt; its id
 * stays. The channel's backoff ends with it.
 * @throws AppError not_found; conflict for what was told, for a test, or while the channel is off or gone.
 */
export async function retryDelivery(db: Database, retry: RetryDelivery): Promise<DeliveryView> {
  const tenantId = tenantOfChange(retry);
  const tenantUuid = toUuid(tenantId);
  const deliveryUuid = toUuid(retry.deliveryId);
  return db.asTenantSql(tenantId, async (sql) => {
    const [found] = await sql<{ channel_id: string }[]>`
      select channel_id from alert_deliveries where tenant_id = ${tenantUuid} and id = ${deliveryUuid}`;
    if (found === undefined) throw notFound("alert delivery");
    const channelId: AlertChannelId = toTypeId("chn", found.channel_id);
    const channel = await lockChannel(sql, { ...retry, channelId }).catch(removedMeanwhile);
    if (channel.status !== "active") throw new AppError("conflict", "The channel is off. Turn it on first.");
    const [delivery] = await sql<{ status: TellingStatus; reason: string; alert_id: string | null }[]>`
      select status, reason, alert_id from alert_deliveries
      where tenant_id = ${tenantUuid} and id = ${deliveryUuid}
      for no key update
    `;
    if (delivery === undefined) throw notFound("alert delivery");
    if (delivery.reason === "test") throw new AppError("conflict", "This was a test. Send another one.");
    if (delivery.status === "delivered") throw new AppError("conflict", "This was told already.");
    await sql`
      update alert_deliveries set status = 'pending', next_attempt_at = now(),
        attempts = case when status = 'pending' then attempts else 0 end
      where tenant_id = ${tenantUuid} and id = ${deliveryUuid}
    `;
    await sql`
      update alert_channels set next_attempt_at = null
      where tenant_id = ${tenantUuid} and id = ${channel.channelUuid}
    `;
    await wakeChannels(sql, [channel]);
    await recordChannelEvent(sql, {
      tenantId,
      actor: retry.actor,
      action: "alert_delivery.retried",
      resource: { id: retry.deliveryId },
      request: retry.request,
      details: { channelId, alertId: delivery.alert_id && toTypeId("alr", delivery.alert_id) },
    });
    const [view] = await findDeliveries(sql, tenantUuid, { ids: [deliveryUuid], limit: 1 });
    if (view === undefined) throw new Error("the delivery is not there");
    return view;
  });
}

/** The delivery is there, and its channel is not: no secret of either. */
function removedMeanwhile(error: unknown): never {
  if (error instanceof AppError && error.code === "not_found")
    throw new AppError("conflict", "The channel was removed.");
  throw error;
}
