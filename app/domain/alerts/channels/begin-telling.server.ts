import { isoTime } from "#app/domain/iso-time.ts";
import type { Sql } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import { leaseSecondsOf } from "./channel-lease.server.ts";
import type { ChannelKind, DeliveryReason } from "./channel-schema.ts";
import type { NoticeRow } from "./notice.ts";
import type { ChannelKey } from "./wake-channel.server.ts";

/** Where a notice goes, as the channel's row has it. */
export interface ChannelTarget {
  kind: ChannelKind;
  url: string | null;
  addresses: readonly string[];
  toAdmins: boolean;
  hint: string | null;
  /** As they are kept, the newest first. */
  sealedSecrets: Uint8Array[];
}

/** An attempt to tell a channel something that is about to be made. */
export interface Telling extends ChannelKey {
  leaseId: string;
  deliveryUuid: string;
  /** From 1. */
  number: number;
  notice: NoticeRow;
  target: ChannelTarget;
}

export interface TargetRow {
  kind: ChannelKind;
  name: string;
  url: string | null;
  addresses: string[];
  to_admins: boolean;
  hint: string | null;
  secret: Uint8Array | null;
  previous_secret: Uint8Array | null;
}

/** SQL: a channel's columns that say where it tells, as the system login may read them. */
export const targetColumns = `
  kind, name, url, addresses, to_admins, hint, secret,
  case when previous_secret_until > now() then previous_secret end as previous_secret`;

export const toTarget = (row: TargetRow): ChannelTarget => ({
  kind: row.kind,
  url: row.url,
  addresses: row.addresses,
  toAdmins: row.to_admins,
  hint: row.hint,
  sealedSecrets: [row.secret, row.previous_secret].filter((sealed) => sealed !== null),
});

interface DeliveryRow {
  id: string;
  reason: DeliveryReason;
  content: unknown;
  attempts: number;
  created_at: string;
  tenant_name: string;
}

/**
 * Begins the next attempt: renews the lease, takes the oldest delivery that waits and is due, and counts
 * the attempt. Committed before anything goes out. Undefined when there is nothing to do, or no more
 * right to it.
 */
export async function beginTelling(
  sql: Sql,
  channel: ChannelKey,
  leaseId: string,
): Promise<Telling | undefined> {
  const { tenantUuid, channelUuid } = channel;
  const [row] = await sql<TargetRow[]>`
    update alert_channels channel set
      leased_until = clock_timestamp() + case kind
        when 'email' then make_interval(secs => ${leaseSecondsOf("email")})
        else make_interval(secs => ${leaseSecondsOf("webhook")}) end
    where channel.tenant_id = ${tenantUuid} and channel.id = ${channelUuid}
      and channel.lease_id = ${leaseId} and channel.status = 'active' and channel.removed_at is null
      and (channel.next_attempt_at is null or channel.next_attempt_at <= now())
    returning ${sql.unsafe(targetColumns)}
  `;
  if (row === undefined) return undefined;
  // By id, which is by age: a channel is told one thing after the other.
  const [delivery] = await sql<DeliveryRow[]>`
    with next as (
      select tenant_id, id from alert_deliveries
      where tenant_id = ${tenantUuid} and channel_id = ${channelUuid} and status = 'pending'
        and next_attempt_at <= now()
      order by id
      limit 1
      for no key update
    )
    update alert_deliveries delivery set attempts = delivery.attempts + 1
    from next, tenants tenant
    where delivery.tenant_id = next.tenant_id and delivery.id = next.id and tenant.id = delivery.tenant_id
    returning delivery.id, delivery.reason, delivery.content, delivery.attempts,
      ${sql.unsafe(isoTime("delivery.created_at"))} as created_at, tenant.name as tenant_name
  `;
  if (delivery === undefined) return undefined;
  return {
    ...channel,
    leaseId,
    deliveryUuid: delivery.id,
    number: delivery.attempts,
    notice: {
      id: toTypeId("ntf", delivery.id),
      reason: delivery.reason,
      createdAt: delivery.created_at,
      tenantId: toTypeId("ten", tenantUuid),
      tenantName: delivery.tenant_name,
      channelName: row.name,
      content: delivery.content,
    },
    target: toTarget(row),
  };
}
