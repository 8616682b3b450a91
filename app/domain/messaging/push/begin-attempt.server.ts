import type { Sql } from "#db/database.ts";
import { type MessageRow, messageColumns, messagesWithDelivery, toMessageView } from "../message-row.ts";
import type { MessageView } from "../schema.ts";
import { leaseSeconds } from "./endpoint-lease.server.ts";
import type { PushMailbox } from "./wake-push.server.ts";

/** An attempt that is noted and about to be made. */
export interface Attempt extends PushMailbox {
  leaseId: string;
  messageUuid: string;
  message: MessageView;
  /** From 1. */
  number: number;
  url: string;
  /** As they are kept, the newest first. */
  sealedSecrets: Uint8Array[];
}

interface EndpointRow {
  url: string;
  secret: Uint8Array;
  previous_secret: Uint8Array | null;
}

/**
 * Begins the next attempt: renews the lease, takes the first message that waits (by priority, then
 * sequence) and notes that it was sent. Committed before anything goes out, so that a message which
 * may have arrived is never shown as untouched. Undefined when there is nothing to do, or no more
 * right to it.
 */
export async function beginAttempt(
  sql: Sql,
  mailbox: PushMailbox,
  leaseId: string,
): Promise<Attempt | undefined> {
  const { tenantUuid, agentUuid } = mailbox;
  const [endpoint] = await sql<EndpointRow[]>`
    update endpoints endpoint set
      leased_until = clock_timestamp() + make_interval(secs => ${leaseSeconds}), last_attempt_at = now()
    where endpoint.tenant_id = ${tenantUuid} and endpoint.agent_id = ${agentUuid}
      and endpoint.lease_id = ${leaseId} and endpoint.status = 'active'
      and (endpoint.next_attempt_at is null or endpoint.next_attempt_at <= now())
      and exists (
        select from mailboxes mailbox
        where mailbox.tenant_id = endpoint.tenant_id and mailbox.id = endpoint.agent_id and mailbox.mode = 'push'
      )
      and exists (
        select from deliveries delivery
        where delivery.tenant_id = endpoint.tenant_id and delivery.recipient_id = endpoint.agent_id
          and delivery.status in ('pending', 'sent')
          and (delivery.expires_at is null or delivery.expires_at > now())
      )
    returning url, secret, case when previous_secret_until > now() then previous_secret end as previous_secret
  `;
  if (endpoint === undefined) return undefined;
  // Pending and sent count as the same in the figures: both are on their way.
  const [taken] = await sql<{ message_id: string; attempts: number }[]>`
    with next as (
      select delivery.tenant_id, delivery.message_id
      from deliveries delivery
      where delivery.tenant_id = ${tenantUuid} and delivery.recipient_id = ${agentUuid}
        and delivery.status in ('pending', 'sent')
        and (delivery.expires_at is null or delivery.expires_at > now())
      order by delivery.priority_rank, delivery.sequence
      limit 1
      for no key update
    )
    update deliveries delivery set status = 'sent', attempts = delivery.attempts + 1
    from next
    where delivery.tenant_id = next.tenant_id and delivery.message_id = next.message_id
    returning delivery.message_id, delivery.attempts
  `;
  if (taken === undefined) return undefined;
  const [row] = await sql<MessageRow[]>`
    select ${sql.unsafe(messageColumns)}
    from ${sql.unsafe(messagesWithDelivery)}
    where message.tenant_id = ${tenantUuid} and message.id = ${taken.message_id}
  `;
  if (row === undefined) throw new Error("a message that waits for its endpoint is not there");
  return {
    ...mailbox,
    leaseId,
    messageUuid: taken.message_id,
    message: toMessageView(row),
    number: taken.attempts,
    url: endpoint.url,
    sealedSecrets: [endpoint.secret, ...(endpoint.previous_secret ? [endpoint.previous_secret] : [])],
  };
}
