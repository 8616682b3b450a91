import type { KeyObject } from "node:crypto";
import type { Database } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import { type Anchor, keyAsPem, readAnchor, readOutsideKey } from "./anchor-seals.server.ts";
import { verifyArchives } from "./archive/verify-archives.server.ts";
import { DamageLog } from "./damage-log.ts";
import type { Damage } from "./schema.ts";
import { type ChainLink, chainStart, SealChain } from "./seal-chain.ts";
import { listSealKeys } from "./seal-keys.server.ts";
import type { ArchiveStore } from "./store/archive-store.ts";
import { type TrailMark, verifyTable } from "./verify-table.server.ts";

export const trailParts = ["database", "archives"] as const;
export type TrailPart = (typeof trailParts)[number];

export interface VerifyOptions {
  tenantUuid: string;
  /** Only what is in the database, or only the archives. */
  only?: TrailPart | undefined;
  /** Told now and then how far it is. */
  onProgress?: (progress: VerifyProgress) => Promise<void> | void;
  signal?: AbortSignal;
}

export interface VerifyProgress {
  sealsTotal: number;
  seals: number;
  events: number;
  erased: number;
  archives: number;
  damages: number;
}

export interface VerifyResult extends VerifyProgress {
  findings: Damage[];
}

/**
 * Checks all that is kept of a tenant's trail: that each seal is signed and follows the one before, that
 * every sealed event is there as it was sealed and no other is, and that the chain still reaches the
 * newest seal that the archive store was told of. What is sealed while it runs is left to the next check.
 */
export async function verifyTrail(
  db: Database,
  store: ArchiveStore,
  { tenantUuid, only, onProgress, signal }: VerifyOptions,
): Promise<VerifyResult> {
  const tenantId = toTypeId("ten", tenantUuid);
  const damages = new DamageLog();
  // Before the mark: a seal that is added in between is then in neither.
  const anchor = await readAnchorOrSay(store, tenantId, damages);
  const { mark, head, total, keys } = await readMark(db, tenantUuid);
  const counts = { seals: 0, events: 0, erased: 0, archives: 0 };
  const progress = (): VerifyProgress => ({ ...counts, sealsTotal: total, damages: damages.count });
  const tell = async () => {
    signal?.throwIfAborted();
    await onProgress?.(progress());
  };
  await checkKeys(store, keys, head?.anchoredSequence ?? 0, damages);
  const cold =
    only === "database"
      ? await readArchivedEnd(db, tenantUuid)
      : await verifyArchives(
          db,
          store,
          { tenantUuid, tenantId, keys, damages, counts, onProgress: tell },
          chainStart,
        );
  if (only !== "archives") {
    const chain = new SealChain({ tenantId, keys, damages, after: cold });
    const isArchivedNow = (sequence: number) => isArchived(db, tenantUuid, sequence);
    await verifyTable(
      db,
      { tenantUuid, mark, chain, damages, counts, onProgress: tell, isArchivedNow },
      cold.sequence,
    );
    checkEnd({ head, last: chain.last ?? cold, damages });
  }
  await checkAnchor(db, tenantUuid, {
    anchor,
    head,
    damages,
    lastSequence: Math.max(mark.lastSequence, cold.sequence),
  });
  return { ...progress(), findings: damages.findings };
}

/** The last seal whose events are not in the table. */
async function readArchivedEnd(db: Database, tenantUuid: string): Promise<ChainLink> {
  const [row] = await db.withSql(
    (sql) => sql<{ sequence: string; digest: string }[]>`
      select last_sequence as sequence, encode(last_digest, 'hex') as digest from audit_archives
      where tenant_id = ${tenantUuid} and state <> 'planned' order by first_sequence desc limit 1`,
    { readOnly: true },
  );
  return row === undefined ? chainStart : { sequence: Number(row.sequence), digest: row.digest };
}

/** Whether a seal's events have been moved to an archive, perhaps while they were being looked for. */
async function isArchived(db: Database, tenantUuid: string, sequence: number): Promise<boolean> {
  const [row] = await db.withSql(
    (sql) => sql`
      select from audit_archives
      where tenant_id = ${tenantUuid} and state <> 'planned'
        and ${sequence} between first_sequence and last_sequence`,
    { readOnly: true },
  );
  return row !== undefined;
}

interface Head {
  sequence: number;
  digest: string;
  anchoredSequence: number;
}

/** What there is when the check begins, all of one moment. */
function readMark(db: Database, tenantUuid: string) {
  return db.withSql(
    async (sql) => {
      const [sealer] = await sql<{ generation: number; xid: string; event_id: string }[]>`
        select generation, xid::text as xid, event_id from audit_sealer`;
      const [seals] = await sql<{ last: string | null; total: number }[]>`
        select max(sequence) as last, count(*)::int as total from audit_seals where tenant_id = ${tenantUuid}`;
      const [chain] = await sql<{ sequence: string; digest: string; anchored_sequence: string }[]>`
        select sequence, encode(digest, 'hex') as digest, anchored_sequence
        from audit_chains where tenant_id = ${tenantUuid}`;
      const keys = await listSealKeys(sql);
      const mark: TrailMark = {
        lastSequence: Number(seals?.last ?? 0),
        generation: sealer?.generation ?? 0,
        xid: sealer?.xid ?? "0",
        eventId: sealer?.event_id ?? "",
      };
      const head: Head | undefined = chain && {
        sequence: Number(chain.sequence),
        digest: chain.digest,
        anchoredSequence: Number(chain.anchored_sequence),
      };
      return {
        mark,
        head,
        total: seals?.total ?? 0,
        keys: new Map(keys.map(({ kid, publicKey }) => [kid, publicKey])),
      };
    },
    { readOnly: true },
  );
}

async function readAnchorOrSay(
  store: ArchiveStore,
  tenantId: string,
  damages: DamageLog,
): Promise<Anchor | undefined> {
  try {
    return await readAnchor(store, tenantId);
  } catch (error) {
    damages.add("unreadable", error instanceof Error ? error.message : String(error), {});
    return undefined;
  }
}

/** A key that was replaced together with all that it has signed is not the one outside. */
async function checkKeys(
  store: ArchiveStore,
  keys: ReadonlyMap<string, KeyObject>,
  anchoredSequence: number,
  damages: DamageLog,
): Promise<void> {
  for (const [kid, publicKey] of keys) {
    const outside = await readOutsideKey(store, kid);
    if (outside !== undefined && outside !== keyAsPem(publicKey))
      damages.add("changed", `The key ${kid} is not the one in the archive store.`, {});
    if (outside === undefined && anchoredSequence > 0 && keys.size === 1)
      damages.add("missing", `The key ${kid} is not in the archive store any more.`, {});
  }
}

function checkEnd({
  head,
  last,
  damages,
}: {
  head: Head | undefined;
  last: { sequence: number; digest: string | null };
  damages: DamageLog;
}): void {
  const known = head?.sequence ?? 0;
  if (known > last.sequence)
    damages.add("cut", `The chain ends at seal ${last.sequence}, and had reached seal ${known}.`, {
      sequence: last.sequence + 1,
    });
  else if (known < last.sequence || (head !== undefined && head.digest !== last.digest))
    damages.add("chain", `The chain's end is not noted as seal ${last.sequence}, which is its last.`, {
      sequence: last.sequence,
    });
}

async function checkAnchor(
  db: Database,
  tenantUuid: string,
  {
    anchor,
    head,
    damages,
    lastSequence,
  }: { anchor: Anchor | undefined; head: Head | undefined; damages: DamageLog; lastSequence: number },
): Promise<void> {
  if (anchor === undefined) {
    if ((head?.anchoredSequence ?? 0) > 0)
      damages.add("missing", "The archive store does not have the chain's newest seal any more.", {});
    return;
  }
  const { sequence } = anchor;
  if (sequence > lastSequence) {
    const message = `The chain ends at seal ${lastSequence}; the archive store knows of seal ${sequence}.`;
    damages.add("cut", message, { sequence: lastSequence + 1 });
    return;
  }
  const [seal] = await db.withSql(
    (sql) => sql<{ digest: string }[]>`
      select encode(digest, 'hex') as digest from audit_seals
      where tenant_id = ${tenantUuid} and sequence = ${sequence}`,
    { readOnly: true },
  );
  if (seal !== undefined && seal.digest !== anchor.digest)
    damages.add("changed", `Seal ${sequence} is not the one that the archive store knows.`, { sequence });
}
