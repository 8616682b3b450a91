import type { Sql } from "#db/database.ts";
import {
  aboutChannel,
  type ChannelChange,
  type LockedChannel,
  recordChannelEvent,
} from "./change-channel.server.ts";
import type { ChannelStatus } from "./channel-schema.ts";
import { settleWaiting } from "./disable-channel.server.ts";
import { wakeChannels } from "./wake-channel.server.ts";

/**
 * Turns a channel on, which then begins afresh, or off: what waits for it is told nobody. What is the
 * same already is no change.
 */
export async function switchChannel(
  sql: Sql,
  change: ChannelChange,
  channel: LockedChannel,
  to: ChannelStatus,
): Promise<void> {
  if (channel.status === to) return;
  const { tenantUuid, channelUuid, kind } = channel;
  const about = aboutChannel(change, channel);
  if (to === "active") {
    await sql`
      update alert_channels set status = 'active', disabled_at = null, disabled_reason = null, failures = 0,
        failing_since = null, last_error = null, next_attempt_at = null, updated_at = now()
      where tenant_id = ${tenantUuid} and id = ${channelUuid}
    `;
    await wakeChannels(sql, [channel]);
    await recordChannelEvent(sql, { ...about, action: "alert_channel.enabled", details: { kind } });
    return;
  }
  await sql`
    update alert_channels set status = 'disabled', disabled_at = now(), disabled_reason = 'person',
      next_attempt_at = null, lease_id = null, leased_until = null, updated_at = now()
    where tenant_id = ${tenantUuid} and id = ${channelUuid}
  `;
  await settleWaiting(sql, channel);
  await recordChannelEvent(sql, {
    ...about,
    action: "alert_channel.disabled",
    details: { kind, reason: "person" },
  });
}
