import { insertAuditEvents } from "#app/domain/audit/insert-audit-events.server.ts";
import type { Sql } from "#db/database.ts";
import { newUuid, toTypeId } from "#db/ids.ts";
import { enqueueJobs } from "#jobs/enqueue.ts";
import { givenUpEvent, noticesActor } from "./given-up.ts";
import { listVerifiedAdmins } from "./mail-recipients.server.ts";
import type { ChannelKey } from "./wake-channel.server.ts";

/**
 * Gives a channel up that takes nothing any more, with all that waits for it. It is said in the trail,
 * where a rule finds it and tells the other channels; where there is none, the tenant's admins get a mail.
 * As the system login; the channel's row is locked.
 */
export async function disableChannel(
  sql: Sql,
  { tenantUuid, channelUuid }: ChannelKey,
  reason: "gone" | "failing",
): Promise<void> {
  const [channel] = await sql<{ kind: string; name: string; last_error: string | null }[]>`
    update alert_channels set status = 'disabled', disabled_at = now(), disabled_reason = ${reason},
      next_attempt_at = null, updated_at = now()
    where tenant_id = ${tenantUuid} and id = ${channelUuid}
    returning kind, name, last_error
  `;
  if (channel === undefined) return;
  const tried = await settleWaiting(sql, { tenantUuid, channelUuid });
  await insertAuditEvents(sql, [
    ...tried.map(({ id, alert_id, attempts }) =>
      givenUpEvent({
        ...{ tenantUuid, channelUuid, deliveryUuid: id, alertUuid: alert_id, attempts },
        error: channel.last_error ?? "",
      }),
    ),
    {
      tenantId: toTypeId("ten", tenantUuid),
      actor: noticesActor(tenantUuid),
      action: "alert_channel.disabled",
      resource: { id: toTypeId("chn", channelUuid), name: channel.name },
      request: null,
      details: { kind: channel.kind, reason },
    },
  ]);
  const [other] = await sql`
    select from alert_channels
    where tenant_id = ${tenantUuid} and id <> ${channelUuid} and status = 'active' and removed_at is null
    limit 1
  `;
  if (other === undefined) await mailAdmins(sql, { tenantUuid, channelUuid });
}

/**
 * Ends what waits for a channel that is not told any more: what was tried has failed, the rest is
 * cancelled. Gives what was tried.
 */
export async function settleWaiting(
  sql: Sql,
  { tenantUuid, channelUuid }: ChannelKey,
): Promise<{ id: string; alert_id: string | null; attempts: number }[]> {
  const settled = await sql<{ id: string; alert_id: string | null; attempts: number; status: string }[]>`
    update alert_deliveries set status = case when attempts > 0 then 'failed' else 'cancelled' end, settled_at = now()
    where tenant_id = ${tenantUuid} and channel_id = ${channelUuid} and status = 'pending'
    returning id, alert_id, attempts, status
  `;
  return settled.filter(({ status }) => status === "failed");
}

async function mailAdmins(sql: Sql, { tenantUuid, channelUuid }: ChannelKey): Promise<void> {
  const admins = await listVerifiedAdmins(sql, tenantUuid);
  await enqueueJobs(
    sql,
    "send-mail",
    admins.map(({ userUuid }) => ({
      payload: {
        ...{ mail: "channel-disabled" as const, id: newUuid() },
        tenantId: toTypeId("ten", tenantUuid),
        channelId: toTypeId("chn", channelUuid),
        userId: toTypeId("usr", userUuid),
      },
      jobKey: `channel-disabled:${channelUuid}:${userUuid}`,
      queueName: "mail",
    })),
    "replace",
  );
}
