import type { Database } from "#db/database.ts";
import { firstUuidOf } from "#db/ids.ts";
import { isoTime } from "../messaging/message-row.ts";
import { isHeld } from "./held.ts";
import { type Batch, PurgeRun } from "./purge-run.server.ts";

export interface PurgeOptions {
  /** A transaction's worth. */
  batchSize?: number;
  /** The run ends soon after this aborts; the next one goes on. */
  signal?: AbortSignal;
}

/** An id is made before its message is committed, and by another clock. */
const idMarginMs = 600_000;

/**
 * Takes from every tenant the messages that are older than it keeps them, in batches, each a short
 * transaction of its own. Of each mailbox a prefix: first its mark is moved, which locks it for an
 * instant and takes the messages out of the inbox; then what lies below the mark is deleted, with
 * its deliveries, attempts and escalation. A run that is killed in between leaves messages below the
 * mark, where the next one finds them, as it finds those whose hold was released. What is held
 * stays, outside of the inbox. Figures stay. Gives how many messages were deleted.
 */
export async function purgeMessages(db: Database, options: PurgeOptions = {}): Promise<number> {
  const { batchSize = 1_000, signal } = options;
  const tenants = await db.withSql(
    (sql) => sql<{ id: string; name: string; older_than: string }[]>`
      select id, name, ${sql.unsafe(isoTime("(now() - make_interval(days => retention_days))"))} as older_than
      from tenants where retention_days is not null order by id
    `,
    { readOnly: true },
  );
  let deleted = 0;
  for (const { id: tenantUuid, name: tenantName, older_than: olderThan } of tenants) {
    const run = new PurgeRun(db, { tenantUuid, tenantName, olderThan, batchSize, signal });
    try {
      await purgeTenant(db, run);
    } finally {
      await run.finish();
    }
    deleted += run.deleted;
  }
  return deleted;
}

async function purgeTenant(db: Database, run: PurgeRun): Promise<void> {
  const { tenantUuid } = run.options;
  const mailboxes = await db.withSql(
    (sql) => sql<{ id: string }[]>`
      select id from mailboxes where tenant_id = ${tenantUuid} and last_sequence > 0 order by id`,
    { readOnly: true },
  );
  for (const { id } of mailboxes) await purgeMailbox(db, run, id);
  await purgeBlocked(run);
}

/** First what earlier runs have left below the mark, then prefix after prefix. */
async function purgeMailbox(db: Database, run: PurgeRun, mailboxUuid: string): Promise<void> {
  let reached = "0";
  do reached = await deleteBelowMark(run, mailboxUuid, reached);
  while (!run.isAborted && (await moveMark(db, run, mailboxUuid)));
}

/**
 * In a mailbox times follow the sequence, and above its mark no sequence lacks its message: the
 * first one that is young enough ends the prefix. Gives whether the mark has moved.
 */
async function moveMark(db: Database, { options }: PurgeRun, mailboxUuid: string): Promise<boolean> {
  const { tenantUuid, olderThan, batchSize } = options;
  const moved = await db.withSql(
    (sql) => sql`
      update mailboxes mailbox set purged_through = prefix.through
      from (
        select max(next.sequence) as through
        from (
          select message.sequence, message.created_at
          from mailboxes marked
          join messages message
            on message.tenant_id = marked.tenant_id and message.recipient_id = marked.id
            and message.sequence > marked.purged_through
          where marked.tenant_id = ${tenantUuid} and marked.id = ${mailboxUuid}
          order by message.sequence
          limit ${batchSize}
        ) next
        where next.created_at < ${olderThan}::timestamptz
      ) prefix
      where mailbox.tenant_id = ${tenantUuid} and mailbox.id = ${mailboxUuid}
        and prefix.through > mailbox.purged_through
    `,
  );
  return moved.count > 0;
}

/** Deletes what lies below a mailbox's mark, is too old and not held; gives how far it came. */
function deleteBelowMark(run: PurgeRun, mailboxUuid: string, from: string): Promise<string> {
  const { tenantUuid, olderThan, batchSize } = run.options;
  return run.deleteFrom(
    from,
    mailboxUuid,
    (sql, after) => sql<Batch[]>`
      with below as (
        select message.tenant_id, message.id, message.correlation_id, message.sequence
        from mailboxes mailbox
        join messages message
          on message.tenant_id = mailbox.tenant_id and message.recipient_id = mailbox.id
          and message.sequence > ${after}::bigint and message.sequence <= mailbox.purged_through
        where mailbox.tenant_id = ${tenantUuid} and mailbox.id = ${mailboxUuid}
          and message.created_at < ${olderThan}::timestamptz
        order by message.sequence
        limit ${batchSize}
      ), deleted as (
        delete from messages gone
        using below message
        where gone.tenant_id = message.tenant_id and gone.id = message.id and not ${sql.unsafe(isHeld)}
        returning gone.id
      )
      select
        (select max(sequence)::text from below) as last, (select count(*)::int from below) as seen,
        (select count(*)::int from deleted) as deleted
    `,
  );
}

/** Deletes blocked messages, which have no sequence, in the order of their ids. */
async function purgeBlocked(run: PurgeRun): Promise<void> {
  const { tenantUuid, olderThan, batchSize } = run.options;
  const beforeId = firstUuidOf(Date.parse(olderThan) + idMarginMs);
  await run.deleteFrom(
    firstUuidOf(0),
    undefined,
    (sql, after) => sql<Batch[]>`
      with blocked as (
        select message.tenant_id, message.id, message.correlation_id
        from deliveries delivery
        join messages message on message.tenant_id = delivery.tenant_id and message.id = delivery.message_id
        where delivery.tenant_id = ${tenantUuid} and delivery.status = 'blocked'
          and delivery.message_id > ${after} and delivery.message_id < ${beforeId}
          and message.sequence is null and message.created_at < ${olderThan}::timestamptz
        order by delivery.message_id
        limit ${batchSize}
      ), deleted as (
        delete from messages gone
        using blocked message
        where gone.tenant_id = message.tenant_id and gone.id = message.id and not ${sql.unsafe(isHeld)}
        returning gone.id
      )
      select
        (select id::text from blocked order by id desc limit 1) as last,
        (select count(*)::int from blocked) as seen, (select count(*)::int from deleted) as deleted
    `,
  );
}
