import type { Database, Sql } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import { enqueueJobs, type JobToEnqueue } from "#jobs/enqueue.ts";

/** A channel, by the ids that its rows have. */
export interface ChannelKey {
  tenantUuid: string;
  channelUuid: string;
}

const toTellJob = ({ tenantUuid, channelUuid }: ChannelKey, runAt?: Date): JobToEnqueue<"tell-channel"> => ({
  payload: { tenantId: toTypeId("ten", tenantUuid), channelId: toTypeId("chn", channelUuid) },
  jobKey: `channel:${channelUuid}`,
  runAt,
});

/**
 * Looks after these channels now, on the transaction of what has changed: deliveries were stored, a
 * channel was enabled, something is to be told again. One waiting job a channel, however often it is
 * woken; one that backs off is still left alone until its time. Touches no row of theirs, so it goes
 * anywhere in the order of locks.
 */
export const wakeChannels = (sql: Sql, channels: readonly ChannelKey[]): Promise<void> =>
  enqueueJobs(
    sql,
    "tell-channel",
    channels.map((channel) => toTellJob(channel)),
    "replace",
  );

/** Looks after a channel in a while, or when it was going to be anyway. */
export const tellLater = (sql: Sql, channel: ChannelKey, delayMs: number): Promise<void> =>
  enqueueJobs(sql, "tell-channel", [toTellJob(channel, new Date(Date.now() + delayMs))], "preserve_run_at");

/** Looks after a channel in a while, whenever it was going to be. */
export const tellAt = (sql: Sql, channel: ChannelKey, delayMs: number): Promise<void> =>
  enqueueJobs(sql, "tell-channel", [toTellJob(channel, new Date(Date.now() + delayMs))], "replace");

/**
 * Heals what was lost, of all tenants: enqueues the channels for which something waits that is due and
 * that nobody holds. Gives how many.
 */
export const wakeDueChannels = (db: Database): Promise<number> =>
  db.withSql(async (sql) => {
    // From what waits, which is little, and not from the channels, which are many.
    const due = await sql<{ tenant_id: string; id: string }[]>`
      select channel.tenant_id, channel.id
      from (
        select distinct tenant_id, channel_id from alert_deliveries
        where status = 'pending' and next_attempt_at <= now()
      ) waiting
      join alert_channels channel on channel.tenant_id = waiting.tenant_id and channel.id = waiting.channel_id
      where channel.status = 'active' and channel.removed_at is null
        and (channel.next_attempt_at is null or channel.next_attempt_at <= now())
        and (channel.leased_until is null or channel.leased_until <= now())
    `;
    await wakeChannels(
      sql,
      due.map(({ tenant_id, id }) => ({ tenantUuid: tenant_id, channelUuid: id })),
    );
    return due.length;
  });
