import type { Database, Sql } from "#db/database.ts";
import { firstUuidOf, toMailboxId, toTypeId } from "#db/ids.ts";
import { eraseAuditTexts } from "../audit/erase-audit-texts.server.ts";
import { subjectIdsOf } from "../audit/erased-subjects.server.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import { isHeld } from "./held.ts";
import { keepHolds } from "./lock-holds.server.ts";

export interface EraseOptions {
  tenantUuid: string;
  erasureUuid: string;
  /** A transaction's worth. */
  batchSize?: number;
  /** The work ends soon after this aborts; a later call goes on. */
  signal?: AbortSignal;
}

interface ErasureRow {
  subject_kind: "agent" | "member";
  subject_id: string;
  user_id: string | null;
  include_received: boolean;
  cursor: string | null;
  erased: string;
  held_back: string;
  created_at: string;
  created_at_ms: string;
}

/** Ids are made by the senders' clocks. */
const idMarginMs = 600_000;

/**
 * Empties what the subject of a request had written by then: the payloads, what endpoints answered
 * to them, a person's notes on escalations, and their name, address and texts in the audit trail, whose
 * seals hold without them. In batches, each a transaction that moves the
 * request's cursor with what it did, so that a killed run is resumed where it was. What is held is
 * counted and left; envelopes, deliveries and audit events stay. Gives whether it is finished.
 */
export async function eraseContents(db: Database, options: EraseOptions): Promise<boolean> {
  const { tenantUuid, erasureUuid, batchSize = 500, signal } = options;
  for (;;) {
    if (signal?.aborted) return false;
    const isDone = await db.withSql(async (sql) => {
      await keepHolds(sql, tenantUuid);
      const [erasure] = await sql<ErasureRow[]>`
        select subject_kind, subject_id, user_id, include_received, cursor, erased, held_back,
          created_at::text, floor(extract(epoch from created_at) * 1000)::bigint::text as created_at_ms
        from erasures
        where tenant_id = ${tenantUuid} and id = ${erasureUuid} and state <> 'done'
        for update
      `;
      return erasure === undefined || (await eraseBatch(sql, tenantUuid, erasureUuid, erasure, batchSize));
    });
    if (isDone) return true;
  }
}

async function eraseBatch(
  sql: Sql,
  tenantUuid: string,
  erasureUuid: string,
  erasure: ErasureRow,
  batchSize: number,
): Promise<boolean> {
  const after = erasure.cursor ?? firstUuidOf(0);
  const beforeId = firstUuidOf(Number(erasure.created_at_ms) + idMarginMs);
  // Each side by an index of its own, in the order of ids.
  const side = (column: "sender_id" | "recipient_id") => sql`(
    select message.id from messages message
    where message.tenant_id = ${tenantUuid} and message.${sql(column)} = ${erasure.subject_id}
      and message.id > ${after} and message.id < ${beforeId}
    order by message.id limit ${batchSize}
  )`;
  const [batch] = await sql<{ last: string | null; seen: number; erased: number; held: number }[]>`
    with next as (
      select id from (
        ${side("sender_id")} ${erasure.include_received ? sql`union ${side("recipient_id")}` : sql``}
      ) either
      order by id
      limit ${batchSize}
    ), wanted as materialized (
      select message.tenant_id, message.id, ${sql.unsafe(isHeld)} as is_held
      from next
      join messages message on message.tenant_id = ${tenantUuid} and message.id = next.id
      where message.created_at <= ${erasure.created_at}::timestamptz and message.erased_at is null
    ), erased as (
      update messages message set payload = '{}', erased_at = now()
      from wanted
      where message.tenant_id = wanted.tenant_id and message.id = wanted.id and not wanted.is_held
      returning message.tenant_id, message.id
    ), attempts as (
      update delivery_attempts attempt set response_body = null
      from erased
      where attempt.tenant_id = erased.tenant_id and attempt.message_id = erased.id
        and attempt.response_body is not null
    )
    select
      (select id from next order by id desc limit 1) as last, (select count(*)::int from next) as seen,
      (select count(*)::int from erased) as erased,
      (select count(*)::int from wanted where is_held) as held
  `;
  const { last = null, seen = 0, erased = 0, held = 0 } = batch ?? {};
  const isEmptied = seen < batchSize;
  const isPerson = erasure.subject_kind === "member";
  if (isEmptied && isPerson) await eraseNotes(sql, tenantUuid, erasure);
  const isDone = isEmptied && (!isPerson || (await eraseTexts(sql, tenantUuid, erasure, batchSize)));
  await sql`
    update erasures set
      cursor = coalesce(${last}::uuid, cursor),
      erased = erased + ${erased},
      held_back = held_back + ${held},
      state = ${isDone ? "done" : "running"},
      finished_at = case when ${isDone} then now() end
    where tenant_id = ${tenantUuid} and id = ${erasureUuid}
  `;
  if (isDone)
    await insertAuditEvents(sql, [
      {
        tenantId: toTypeId("ten", tenantUuid),
        actor: { kind: "system", id: "erasure", name: "Signalbox" },
        action: "erasure.finished",
        resource: { id: toTypeId("ers", erasureUuid) },
        request: null,
        details: {
          subjectId: toMailboxId(erasure.subject_kind, erasure.subject_id),
          erased: Number(erasure.erased) + erased,
          heldBack: Number(erasure.held_back) + held,
        },
      },
    ]);
  return isDone;
}

/** What the person wrote when they resolved escalations; those of held messages stay. */
const eraseNotes = (sql: Sql, tenantUuid: string, { subject_id, created_at }: ErasureRow) => sql`
  update escalations escalation set resolution = null
  from messages message
  where escalation.tenant_id = ${tenantUuid} and escalation.resolved_by = ${subject_id}
    and escalation.resolution is not null and escalation.resolved_at <= ${created_at}::timestamptz
    and message.tenant_id = escalation.tenant_id and message.id = escalation.message_id
    and not ${sql.unsafe(isHeld)}
`;

/** Names and texts in audit events of what the person did and of what was done to them; gives whether that was all. */
async function eraseTexts(
  sql: Sql,
  tenantUuid: string,
  { subject_id, user_id, created_at }: ErasureRow,
  batchSize: number,
): Promise<boolean> {
  const subjects = subjectIdsOf(subject_id, user_id);
  return (
    (await eraseAuditTexts(sql, { tenantUuid, subjects, until: created_at, limit: batchSize })) < batchSize
  );
}
