import type { Database, Sql } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import { enqueueJobs, type JobToEnqueue } from "#jobs/enqueue.ts";

/** An agent whose messages are pushed. */
export interface PushMailbox {
  tenantUuid: string;
  agentUuid: string;
}

export const pushJobKey = (agentUuid: string): string => `push:${agentUuid}`;

export const toPushJob = (
  { tenantUuid, agentUuid }: PushMailbox,
  runAt?: Date,
): JobToEnqueue<"push-deliveries"> => ({
  payload: { tenantId: toTypeId("ten", tenantUuid), agentId: toTypeId("agt", agentUuid) },
  jobKey: pushJobKey(agentUuid),
  runAt,
});

/**
 * Looks after these endpoints now, on the transaction of what has changed (a message replayed, an
 * endpoint enabled). An endpoint that backs off is still left alone until its time, and one that is
 * disabled until it is enabled. Touches no row of theirs, so it goes anywhere in the order of locks.
 */
export const wakePush = (sql: Sql, mailboxes: readonly PushMailbox[]): Promise<void> =>
  enqueueJobs(
    sql,
    "push-deliveries",
    mailboxes.map((mailbox) => toPushJob(mailbox)),
    "replace",
  );

/** For messages just stored: a job that waits for a backoff or a lease keeps its time. */
export const enqueuePushes = (sql: Sql, mailboxes: readonly PushMailbox[]): Promise<void> =>
  enqueueJobs(
    sql,
    "push-deliveries",
    mailboxes.map((mailbox) => toPushJob(mailbox)),
    "preserve_run_at",
  );

/** SQL: something waits for the endpoint that is due, and the endpoint takes it. */
export const hasWork = `
  endpoint.status = 'active'
  and exists (
    select from mailboxes mailbox
    where mailbox.tenant_id = endpoint.tenant_id and mailbox.id = endpoint.agent_id and mailbox.mode = 'push'
  )
  and exists (
    select from deliveries delivery
    where delivery.tenant_id = endpoint.tenant_id and delivery.recipient_id = endpoint.agent_id
      and delivery.status in ('pending', 'sent')
      and (delivery.expires_at is null or delivery.expires_at > now())
  )`;

/**
 * Heals what was lost, of all tenants: enqueues the endpoints for which something waits and that
 * nobody holds. Gives how many.
 */
export const wakeDuePushes = (db: Database): Promise<number> =>
  db.withSql(async (sql) => {
    const due = await sql<{ tenant_id: string; agent_id: string }[]>`
      select endpoint.tenant_id, endpoint.agent_id
      from endpoints endpoint
      where (endpoint.next_attempt_at is null or endpoint.next_attempt_at <= now())
        and (endpoint.leased_until is null or endpoint.leased_until <= now())
        and ${sql.unsafe(hasWork)}
    `;
    await enqueuePushes(
      sql,
      due.map(({ tenant_id, agent_id }) => ({ tenantUuid: tenant_id, agentUuid: agent_id })),
    );
    return due.length;
  });
