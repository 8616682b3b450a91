import { createHash } from "node:crypto";
import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Database } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import { insertAuditEvents } from "../../audit/insert-audit-events.server.ts";
import { systemActor } from "../../auth/system-actor.ts";
import { DamageLog } from "../damage-log.ts";
import { listSealKeys, type SealKey } from "../seal-keys.server.ts";
import { signStatement } from "../statements.ts";
import type { ArchiveStore } from "../store/archive-store.ts";
import { manifestName } from "../store-names.ts";
import { archiveStatement, archiveText } from "./archive-content.server.ts";
import type { PlannedArchive } from "./plan-archive.server.ts";
import { verifyArchive } from "./verify-archive.server.ts";

export interface WrittenArchive {
  events: number;
  bytes: number;
}

/** Fast rather than small: archiving shares its machine with sends. */
const compression = { level: 4, chunkSize: 64 * 1024 };
/** Pieces that wait to be compressed: no more than that are in memory. */
const piecesAhead = 2;

/**
 * Does what was planned: writes the file and its manifest, reads the file back and checks every event in
 * it, and only then, in one transaction, notes the archive as written and takes its rows from the table.
 * After a kill at any point it is done again from the start, with the same names.
 */
export async function writeArchive(
  db: Database,
  store: ArchiveStore,
  key: SealKey,
  plan: PlannedArchive,
): Promise<WrittenArchive> {
  const sha256 = await putFile(db, store, key, plan);
  const { bytes } = await readBack(db, store, plan, sha256);
  const manifest = signStatement(
    { ...archiveStatement(plan, key.kid), type: "signalbox.manifest.1", file: plan.file, bytes, sha256 },
    key.privateKey,
  );
  const text = { statement: manifest.statement, signature: manifest.signature.toString("base64") };
  await store.put(manifestName(plan.file), `${JSON.stringify(text)}\n`);
  await moveOver(db, plan, { bytes, sha256 });
  return { events: plan.events, bytes };
}

/** Gives the file's digest; hex. */
async function putFile(
  db: Database,
  store: ArchiveStore,
  key: SealKey,
  plan: PlannedArchive,
): Promise<string> {
  const hash = createHash("sha256");
  const compressed = new PassThrough({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await Promise.all([
    pipeline(
      Readable.from(archiveText(db, plan, key), { highWaterMark: piecesAhead }),
      createGzip(compression),
      compressed,
    ),
    store.put(plan.file, compressed),
  ]);
  return hash.digest("hex");
}

async function readBack(db: Database, store: ArchiveStore, plan: PlannedArchive, sha256: string) {
  const file = await store.open(plan.file);
  if (file === undefined) throw new Error(`${plan.file} was written and is not in ${store.place}.`);
  const keys = await db.withSql(listSealKeys, { readOnly: true });
  const damages = new DamageLog();
  const content = await verifyArchive(file, {
    file: plan.file,
    keys: new Map(keys.map(({ kid, publicKey }) => [kid, publicKey])),
    damages,
  });
  const [first] = damages.findings;
  if (first !== undefined || content.sha256 !== sha256 || content.events !== plan.events)
    throw new Error(`${plan.file} is not what was written: ${first?.message ?? "its digest differs"}`);
  return content;
}

async function moveOver(
  db: Database,
  { tenantUuid, archiveUuid, events, firstSequence, lastSequence }: PlannedArchive,
  { bytes, sha256 }: { bytes: number; sha256: string },
): Promise<void> {
  const tenantId = toTypeId("ten", tenantUuid);
  await db.withSql(async (sql) => {
    const noted = await sql`
      update audit_archives set
        state = 'written', bytes = ${bytes}, sha256 = decode(${sha256}::text, 'hex'), written_at = now()
      where tenant_id = ${tenantUuid} and id = ${archiveUuid} and state = 'planned'`;
    // Another worker was faster: it has done the same.
    if (noted.count === 0) return;
    await sql`select remove_archived_events(${tenantUuid}::uuid, ${archiveUuid}::uuid)`;
    await insertAuditEvents(sql, [
      {
        tenantId,
        actor: systemActor(tenantId, "retention"),
        action: "audit.archived",
        resource: { id: toTypeId("arc", archiveUuid) },
        request: null,
        details: { events, firstSeal: firstSequence, lastSeal: lastSequence, bytes, sha256 },
      },
    ]);
  });
}
