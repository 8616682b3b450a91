import type { Database, Sql } from "#db/database.ts";
import { type AuditEventId, madeAtMs, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { AppError, notFound } from "../errors.ts";
import { HASH_BYTES, inclusionPath, leafAt } from "./merkle.ts";
import { selectSeal } from "./read-seals.server.ts";
import { requireActivityScope } from "./require-activity-scope.ts";
import type { EventProof } from "./schema.ts";
import { eventText, type SealedRow, sealedColumns, toSealedEvent } from "./sealed-event.ts";

/** An id is made by a server's clock, its event's time by the database's; long transactions lie between. */
const clockMarginMs = 3_600_000;

interface Run {
  sequence: string;
  index: number;
  leaves: Buffer;
}

/**
 * What proves to anybody with the public key that an event is among those that were sealed: its text, the
 * hashes from its leaf to the root, and the signed seal.
 * @throws AppError not_found; conflict while the event is not sealed yet
 */
export async function proveEvent(db: Database, actor: Actor, eventId: AuditEventId): Promise<EventProof> {
  requireActivityScope(actor);
  return db.asTenantSql(actor.tenantId, (sql) => prove(sql, actor, eventId), { readOnly: true });
}

async function prove(sql: Sql, actor: Actor, eventId: AuditEventId): Promise<EventProof> {
  const row = await findEvent(sql, actor, toUuid(eventId));
  if (row === undefined) throw notFound("audit event");
  const run = await findRun(sql, row);
  const seal = run && (await selectSeal(sql, actor, Number(run.sequence)));
  if (run === undefined || seal === undefined)
    throw new AppError("conflict", "This event is not sealed yet; that takes up to a minute.", {
      retryAfterSeconds: 60,
    });
  return {
    eventId,
    eventText: eventText(toSealedEvent(row)),
    leafHash: leafAt(run.leaves, run.index).toString("hex"),
    leafIndex: run.index,
    treeSize: run.leaves.length / HASH_BYTES,
    path: inclusionPath(run.leaves, run.index).map((hash) => hash.toString("hex")),
    seal,
  };
}

/** By the time in its id, since events are found by their time. */
async function findEvent(sql: Sql, actor: Actor, eventUuid: string): Promise<SealedRow | undefined> {
  const madeAt = madeAtMs(eventUuid);
  const [from, to] = [madeAt - clockMarginMs, madeAt + clockMarginMs].map((ms) =>
    new Date(Math.max(0, ms)).toISOString(),
  );
  const [row] = await sql<SealedRow[]>`
    select ${sql.unsafe(sealedColumns)}
    from audit_events event
    where event.tenant_id = ${toUuid(actor.tenantId)} and event.id = ${eventUuid}
      and event.occurred_at between ${from ?? ""}::text::timestamptz and ${to ?? ""}::text::timestamptz
  `;
  return row;
}

async function findRun(sql: Sql, row: SealedRow): Promise<Run | undefined> {
  const [run] = await sql<Run[]>`
    select sequence, array_position(event_ids, ${row.id}::uuid) - 1 as index, leaves
    from audit_seals
    where tenant_id = ${row.tenant_id} and to_at >= ${row.occurred_at}::text::timestamptz
      and from_at <= ${row.occurred_at}::text::timestamptz and ${row.id}::uuid = any (event_ids)
    order by to_at, sequence limit 1
  `;
  return run;
}
