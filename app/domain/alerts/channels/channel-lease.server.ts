import type { Sql } from "#db/database.ts";
import type { ChannelKind } from "./channel-schema.ts";
import { type ChannelKey, tellAt, tellLater, wakeChannels } from "./wake-channel.server.ts";

/**
 * From each attempt on: longer than an attempt takes (10 s; of a mail, whose server may be slow at every
 * step, 40 s), and short enough that what a killed worker held is told again within a minute or so.
 */
export const leaseSecondsOf = (kind: ChannelKind): number => (kind === "email" ? 60 : 25);

/**
 * Channels of one tenant that are told at once, so that its hanging ones leave room for others'. Mail has
 * room of its own, which no receiver's server can take.
 */
const maxLeasesPerTenant = 4;
/** Mail channels of all tenants that are told at once: a mail server that hangs is everybody's. */
const maxMailLeases = 8;
/** When another holds the lease, when to ask again. */
const heldDelayMs = 1_000;
/** When there is room for no more, about when to ask again. */
const crowdedDelayMs = 1_000;

interface ChannelRow {
  kind: ChannelKind;
  status: string;
  leased_ms: number | null;
  backoff_ms: number | null;
}

/**
 * Takes the channel's lease; undefined when it is not to be had now. Then the job is enqueued again, on
 * this transaction, for when it may be. Gives the channel's kind.
 */
export async function takeChannelLease(
  sql: Sql,
  channel: ChannelKey,
  leaseId: string,
  random: number,
): Promise<ChannelKind | undefined> {
  const { tenantUuid, channelUuid } = channel;
  // The tenant before its channels: whoever counts them is alone with it.
  await sql`select pg_advisory_xact_lock(hashtextextended('signalbox.notices ' || ${tenantUuid}::text, 0))`;
  const [row] = await sql<ChannelRow[]>`
    select kind, status,
      extract(epoch from leased_until - clock_timestamp())::float8 * 1000 as leased_ms,
      extract(epoch from next_attempt_at - clock_timestamp())::float8 * 1000 as backoff_ms
    from alert_channels
    where tenant_id = ${tenantUuid} and id = ${channelUuid} and removed_at is null
    for no key update
  `;
  if (row === undefined || row.status !== "active") return undefined;
  const again = async (delayMs: number): Promise<undefined> => tellLater(sql, channel, delayMs).then();
  if ((row.leased_ms ?? 0) > 0) return again(Math.min(row.leased_ms ?? 0, heldDelayMs));
  if ((row.backoff_ms ?? 0) > 0) return again(row.backoff_ms ?? 0);
  if (!(await hasRoom(sql, tenantUuid, row.kind))) return again(crowdedDelayMs * (0.5 + random));
  await sql`
    update alert_channels set lease_id = ${leaseId},
      leased_until = clock_timestamp() + make_interval(secs => ${leaseSecondsOf(row.kind)})
    where tenant_id = ${tenantUuid} and id = ${channelUuid}
  `;
  return row.kind;
}

async function hasRoom(sql: Sql, tenantUuid: string, kind: ChannelKind): Promise<boolean> {
  const isMail = kind === "email";
  const [leased] = await sql<{ here: number; mails: number }[]>`
    select count(*) filter (where tenant_id = ${tenantUuid} and (kind = 'email') = ${isMail})::int as here,
      count(*) filter (where kind = 'email')::int as mails
    from alert_channels
    where lease_id is not null and leased_until > clock_timestamp() and (${isMail} or tenant_id = ${tenantUuid})
  `;
  const { here, mails } = leased ?? { here: 0, mails: 0 };
  return here < maxLeasesPerTenant && (!isMail || mails < maxMailLeases);
}

/** Lets go of the lease, where it is still held. */
export async function releaseChannelLease(
  sql: Sql,
  { tenantUuid, channelUuid }: ChannelKey,
  leaseId: string,
): Promise<void> {
  await sql`
    update alert_channels set lease_id = null, leased_until = null
    where tenant_id = ${tenantUuid} and id = ${channelUuid} and lease_id = ${leaseId}
  `;
}

/**
 * After the lease was let go of, and that was committed: what came in meanwhile found the lease held, and
 * what waits has its time. The channel is looked after then: now, or at the end of what it waits for.
 */
export async function wakeForWhatIsLeft(sql: Sql, channel: ChannelKey): Promise<void> {
  const { tenantUuid, channelUuid } = channel;
  const [left] = await sql<{ wait_ms: number | null }[]>`
    select extract(epoch from
        greatest(channel.next_attempt_at, min(delivery.next_attempt_at)) - now())::float8 * 1000 as wait_ms
    from alert_channels channel
    join alert_deliveries delivery
      on delivery.tenant_id = channel.tenant_id and delivery.channel_id = channel.id and delivery.status = 'pending'
    where channel.tenant_id = ${tenantUuid} and channel.id = ${channelUuid}
      and channel.status = 'active' and channel.removed_at is null
    group by channel.next_attempt_at
  `;
  if (left === undefined) return;
  const waitMs = left.wait_ms ?? 0;
  if (waitMs > 0) await tellAt(sql, channel, waitMs);
  else await wakeChannels(sql, [channel]);
}
