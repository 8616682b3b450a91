import type { Database, Sql } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import type { SecretBox } from "../auth/secret-box.server.ts";
import { rootOf } from "./merkle.ts";
import { ensureSealKey, type SealKey } from "./seal-keys.server.ts";
import { eventLeaf, type SealedRow, sealedColumns, sealedTime, toSealedEvent } from "./sealed-event.ts";
import { type SealStatement, signStatement, statementDigest } from "./statements.ts";

export interface SealOptions {
  /** Events a transaction, and so at most a run. */
  batchSize?: number;
  /** After so many the rest waits for the next call. */
  maxBatches?: number;
  signal?: AbortSignal;
}

export interface Sealed {
  events: number;
  seals: number;
}

/**
 * Seals what was committed since the last call, of all tenants, in the order of transaction ids below the
 * oldest transaction that still runs: nothing is missed, and nothing is sealed twice. Of each batch every
 * tenant's events make a run, whose seal is added to the tenant's chain, in the transaction that moves
 * the position on. One server at a time; another finds nothing to do.
 */
export async function sealEvents(
  db: Database,
  secrets: SecretBox,
  options: SealOptions = {},
): Promise<Sealed> {
  const { batchSize = 8_192, maxBatches = 100, signal } = options;
  const total: Sealed = { events: 0, seals: 0 };
  let key: SealKey | undefined;
  for (let batch = 0; batch < maxBatches && !signal?.aborted; batch++) {
    key ??= await ensureSealKey(db, secrets);
    const sealed = await sealBatch(db, key, batchSize);
    total.events += sealed.events;
    total.seals += sealed.seals;
    if (sealed.events < batchSize) break;
  }
  return total;
}

function sealBatch(db: Database, key: SealKey, batchSize: number): Promise<Sealed> {
  return db.withSql(async (sql) => {
    const [position] = await sql<{ generation: number; xid: string; event_id: string }[]>`
      select generation, xid::text as xid, event_id from audit_sealer for update skip locked`;
    if (position === undefined) return { events: 0, seals: 0 };
    // Only along the index, in its order: of what comes behind a place the planner expects a row or two, and
    // would sort all of a backlog for each batch of it.
    await sql`set local enable_sort = off`;
    const rows = await sql<SealedRow[]>`
      select ${sql.unsafe(sealedColumns)}
      from audit_events event
      where (event.generation, event.xid, event.id)
          > (${position.generation}::smallint, ${position.xid}::text::xid8, ${position.event_id}::uuid)
        and (
          event.xid < pg_snapshot_xmin(pg_current_snapshot())
          or event.generation < (select max(generation) from audit_generations)
        )
      order by event.generation, event.xid, event.id
      limit ${batchSize}
    `;
    const last = rows.at(-1);
    if (last === undefined) return { events: 0, seals: 0 };
    const runs = byTenant(rows);
    await addSeals(sql, key, runs);
    await sql`
      update audit_sealer set generation = ${last.generation}, xid = ${last.xid}::text::xid8,
        event_id = ${last.id}, sealed_at = now()`;
    return { events: rows.length, seals: runs.size };
  });
}

/** Each tenant's rows, in their order. */
function byTenant(rows: readonly SealedRow[]): Map<string, SealedRow[]> {
  const runs = new Map<string, SealedRow[]>();
  for (const row of rows) {
    const run = runs.get(row.tenant_id);
    if (run === undefined) runs.set(row.tenant_id, [row]);
    else run.push(row);
  }
  return runs;
}

async function addSeals(sql: Sql, key: SealKey, runs: Map<string, SealedRow[]>): Promise<void> {
  const tenants = [...runs.keys()];
  const heads = await sql<{ tenant_id: string; sequence: string; digest: string }[]>`
    select tenant_id, sequence, encode(digest, 'hex') as digest
    from audit_chains where tenant_id = any(${tenants}::uuid[])
  `;
  const [clock] = await sql<{ now: string }[]>`select ${sql.unsafe(sealedTime("now()"))} as now`;
  const headOf = new Map(heads.map((head) => [head.tenant_id, head]));
  const seals = [...runs].map(([tenantUuid, rows]) => {
    const head = headOf.get(tenantUuid);
    const previous = { sequence: Number(head?.sequence ?? 0), digest: head?.digest ?? null };
    return makeSeal(key, tenantUuid, rows, previous, clock?.now ?? "");
  });
  await sql`
    with added as (
      insert into audit_seals (
        tenant_id, sequence, statement, signature, digest, events, from_at, to_at, sealed_at, event_ids, leaves
      )
      select
        tenant_id, sequence, statement, decode(signature, 'hex'), decode(digest, 'hex'), events, from_at,
        to_at, sealed_at, event_ids, decode(leaves, 'hex')
      from json_to_recordset(${JSON.stringify(seals)}::text::json) as seal (
        tenant_id uuid, sequence bigint, statement text, signature text, digest text, events int,
        from_at timestamptz, to_at timestamptz, sealed_at timestamptz, event_ids uuid[], leaves text
      )
      returning tenant_id, sequence, digest
    )
    insert into audit_chains (tenant_id, sequence, digest)
    select tenant_id, sequence, digest from added order by tenant_id
    on conflict (tenant_id) do update set sequence = excluded.sequence, digest = excluded.digest
  `;
}

/** A seal as `json_to_recordset` reads it. */
function makeSeal(
  key: SealKey,
  tenantUuid: string,
  rows: readonly SealedRow[],
  previous: { sequence: number; digest: string | null },
  sealedAt: string,
) {
  const events = rows.map(toSealedEvent);
  const leaves = Buffer.concat(events.map(eventLeaf));
  const times = events.map(({ occurredAt }) => occurredAt);
  const statement: SealStatement = {
    type: "signalbox.seal.1",
    tenant: toTypeId("ten", tenantUuid),
    sequence: previous.sequence + 1,
    previous: previous.digest,
    root: rootOf(leaves).toString("hex"),
    events: events.length,
    firstEvent: events[0]?.id ?? "",
    lastEvent: events.at(-1)?.id ?? "",
    // Texts of one form, so their order is that of the times.
    fromAt: times.reduce((a, b) => (a < b ? a : b)),
    toAt: times.reduce((a, b) => (a > b ? a : b)),
    sealedAt,
    kid: key.kid,
  };
  const signed = signStatement(statement, key.privateKey);
  return {
    tenant_id: tenantUuid,
    sequence: statement.sequence,
    statement: signed.statement,
    signature: signed.signature.toString("hex"),
    digest: statementDigest(signed.statement),
    events: statement.events,
    from_at: statement.fromAt,
    to_at: statement.toAt,
    sealed_at: sealedAt,
    event_ids: rows.map(({ id }) => id),
    leaves: leaves.toString("hex"),
  };
}
