import { createPublicKey, type KeyObject } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { calculateJwkThumbprint, exportJWK } from "jose";
import { verifyArchive } from "#app/domain/integrity/archive/verify-archive.server.ts";
import { DamageLog } from "#app/domain/integrity/damage-log.ts";
import { listTrails } from "#app/domain/integrity/list-trails.server.ts";
import type { Damage } from "#app/domain/integrity/schema.ts";
import { createFolderStore } from "#app/domain/integrity/store/folder-store.server.ts";
import { createS3Store } from "#app/domain/integrity/store/s3-store.server.ts";
import { type TrailPart, trailParts, verifyTrail } from "#app/domain/integrity/verify-trail.server.ts";
import { readEnv } from "#app/env.server.ts";
import { createDatabase } from "#db/client.server.ts";
import { toTypeId } from "#db/ids.ts";
import { findUrls } from "./find-urls.ts";

/**
 * `npm run audit:verify`: checks the audit trail. Exit code 0: as it was sealed; 1: damaged; 2: it could
 * not be checked.
 */
const usage = `Usage: npm run audit:verify -- [options]
  --tenant <slug or ten_…>   one organisation's trail; all of them otherwise
  --only database|archives   only what is in the database, or only the archives
  --file <archive>           an archive's file by itself; needs --key, and no database
  --key <file.pem>           the public key, or several, that seals are checked with
The database and the archive store are those of the environment, as for npm start.`;

const { values } = parseArgs({
  options: {
    tenant: { type: "string" },
    only: { type: "string" },
    file: { type: "string" },
    key: { type: "string", multiple: true },
    help: { type: "boolean" },
  },
});

try {
  if (values.help) console.log(usage);
  else process.exitCode = (await run()) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

/** Whether everything is as it was sealed. */
async function run(): Promise<boolean> {
  if (values.file !== undefined) return checkFile(values.file, values.key ?? []);
  const part = trailParts.find((known) => known === values.only);
  if (values.only !== undefined && part === undefined) throw new Error(usage);
  return checkTrails(part);
}

async function checkFile(file: string, keyFiles: string[]): Promise<boolean> {
  if (keyFiles.length === 0) throw new Error(usage);
  const damages = new DamageLog();
  const keys = new Map<string, KeyObject>();
  for (const name of keyFiles) {
    const key = createPublicKey(readFileSync(name));
    // Seals name their key by its thumbprint.
    keys.set(await calculateJwkThumbprint(await exportJWK(key)), key);
  }
  const content = await verifyArchive(createReadStream(file), { file, keys, damages });
  report(file, { ...content, archives: 1 }, damages.count, damages.findings);
  return damages.count === 0;
}

async function checkTrails(only: TrailPart | undefined): Promise<boolean> {
  const env = readEnv(process.env);
  const db = createDatabase({ ...(await findUrls(env)), poolSize: 1, sqlPoolSize: 2 });
  const store = env.archive.s3
    ? createS3Store(env.archive.s3)
    : createFolderStore(join(env.dataDir, "archive"));
  try {
    const trails = (await listTrails(db, store)).filter(
      ({ tenantUuid, slug }) =>
        values.tenant === undefined ||
        values.tenant === slug ||
        values.tenant === toTypeId("ten", tenantUuid),
    );
    if (trails.length === 0) throw new Error("There is no such organisation, or it has no trail yet.");
    let isIntact = true;
    for (const { tenantUuid, slug } of trails) {
      const result = await verifyTrail(db, store, { tenantUuid, only });
      report(slug, result, result.damages, result.findings);
      isIntact &&= result.damages === 0;
    }
    return isIntact;
  } finally {
    await db.close();
  }
}

function report(
  what: string,
  { seals, events, erased, archives }: { seals: number; events: number; erased: number; archives: number },
  damages: number,
  findings: readonly Damage[],
): void {
  const verdict = damages === 0 ? "intact" : `DAMAGED in ${damages} places`;
  console.log(
    `${what}: ${verdict}. ${events} events (${erased} erased), ${seals} seals, ${archives} archives.`,
  );
  for (const { kind, message, file, line } of findings)
    console.log(
      `  ${kind}: ${message}${file === null ? "" : ` (${file}${line === null ? "" : `, line ${line}`})`}`,
    );
  if (damages > findings.length) console.log(`  … and ${damages - findings.length} more.`);
}
