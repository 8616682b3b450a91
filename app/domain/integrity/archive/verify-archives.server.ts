import type { KeyObject } from "node:crypto";
import type { Database } from "#db/database.ts";
import type { DamageLog } from "../damage-log.ts";
import type { ChainLink } from "../seal-chain.ts";
import { isSigned, readStatement } from "../statements.ts";
import type { ArchiveStore } from "../store/archive-store.ts";
import { expiryStatementSchema } from "./archive-lines.ts";
import { verifyArchive } from "./verify-archive.server.ts";

export interface ArchivesCheck {
  tenantUuid: string;
  tenantId: string;
  keys: ReadonlyMap<string, KeyObject>;
  damages: DamageLog;
  counts: { seals: number; events: number; erased: number; archives: number };
  onProgress: () => Promise<void>;
}

interface ArchiveRow {
  state: "written" | "expiring" | "expired";
  first_sequence: string;
  last_sequence: string;
  events: string;
  previous: string | null;
  last: string;
  file: string;
  sha256: string;
  expiry: string | null;
  expiry_signature: Buffer | null;
}

/**
 * Checks the part of a tenant's chain that is not in the table any more: the signed records of what was
 * deleted, then each archive, and that the database still knows the same seals. Gives where the chain
 * goes on in the table.
 */
export async function verifyArchives(
  db: Database,
  store: ArchiveStore,
  check: ArchivesCheck,
  start: ChainLink,
): Promise<ChainLink> {
  const archives = await db.withSql(
    (sql) => sql<ArchiveRow[]>`
      select
        state, first_sequence, last_sequence, events, encode(previous_digest, 'hex') as previous,
        encode(last_digest, 'hex') as last, file, encode(sha256, 'hex') as sha256, expiry, expiry_signature
      from audit_archives
      where tenant_id = ${check.tenantUuid} and state <> 'planned'
      order by first_sequence
    `,
    { readOnly: true },
  );
  let link = start;
  for (const archive of archives) {
    checkPlace(archive, link, check);
    if (archive.state === "written") await checkFile(db, store, archive, check);
    else checkExpiry(archive, check);
    link = { sequence: Number(archive.last_sequence), digest: archive.last };
    await check.onProgress();
  }
  return link;
}

function checkPlace(
  { first_sequence, last_sequence, previous, file }: ArchiveRow,
  link: ChainLink,
  { damages }: ArchivesCheck,
): void {
  const first = Number(first_sequence);
  const place = { sequence: first, file };
  if (first !== link.sequence + 1)
    damages.add("missing", `No archive has the seals ${link.sequence + 1} to ${first - 1}.`, {
      ...place,
      sequence: link.sequence + 1,
    });
  else if (previous !== link.digest)
    damages.add(
      "chain",
      `The archive of the seals ${first} to ${last_sequence} does not follow what is before it.`,
      place,
    );
}

function checkExpiry(
  { expiry, expiry_signature, first_sequence, last_sequence, last, file, events }: ArchiveRow,
  { keys, damages, tenantId }: ArchivesCheck,
): void {
  const statement = expiry === null ? undefined : readStatement(expiryStatementSchema, expiry);
  const key = statement && keys.get(statement.kid);
  const isRight =
    expiry !== null &&
    expiry_signature !== null &&
    statement !== undefined &&
    key !== undefined &&
    isSigned({ statement: expiry, signature: expiry_signature }, key) &&
    statement.tenant === tenantId &&
    statement.firstSeal === Number(first_sequence) &&
    statement.lastSeal === Number(last_sequence) &&
    statement.events === Number(events) &&
    statement.last === last;
  if (isRight) return;
  const message = `The record of the deleted seals ${first_sequence} to ${last_sequence} is not what was signed.`;
  damages.add("changed", message, { sequence: Number(first_sequence), file });
}

async function checkFile(
  db: Database,
  store: ArchiveStore,
  archive: ArchiveRow,
  { tenantUuid, keys, damages, counts, onProgress }: ArchivesCheck,
): Promise<void> {
  const { file } = archive;
  const [first, last] = [Number(archive.first_sequence), Number(archive.last_sequence)];
  const place = { sequence: first, file };
  const content = await store.open(file);
  if (content === undefined) {
    damages.add("missing", `The archive of the seals ${first} to ${last} is gone.`, place);
    return;
  }
  const known = await readDigests(db, tenantUuid, first, last);
  const damagesBefore = damages.count;
  const found = await verifyArchive(content, {
    ...{ file, keys, damages },
    async onRun({ sequence, digest, events }) {
      counts.seals++;
      counts.events += events;
      if (known.get(sequence) !== digest)
        damages.add("changed", `Seal ${sequence} in the archive is not the one that the database knows.`, {
          ...place,
          sequence,
        });
      known.delete(sequence);
      await onProgress();
    },
  });
  counts.archives++;
  counts.erased += found.erased;
  for (const sequence of known.keys())
    damages.add("missing", `Seal ${sequence} is not in the archive.`, { ...place, sequence });
  // What was found in it says more; only what is left over (the compression's own bytes) is told so.
  if (damages.count === damagesBefore && found.sha256 !== archive.sha256)
    damages.add("changed", `The file ${file} is not the one that was written.`, place);
}

/** Of the archive's seals, as the database has them. */
async function readDigests(
  db: Database,
  tenantUuid: string,
  first: number,
  last: number,
): Promise<Map<number, string>> {
  const rows = await db.withSql(
    (sql) => sql<{ sequence: string; digest: string }[]>`
      select sequence, encode(digest, 'hex') as digest from audit_seals
      where tenant_id = ${tenantUuid} and sequence between ${first} and ${last}`,
    { readOnly: true },
  );
  return new Map(rows.map(({ sequence, digest }) => [Number(sequence), digest]));
}
