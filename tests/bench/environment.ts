import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { startEmbeddedPostgres } from "#db/embedded.server.ts";
import { silentLog } from "#db/log.ts";
import { migrate } from "#db/migrate.server.ts";
import { jobTaskNames } from "#jobs/catalog.ts";

/** The store that every contender of one run shares. */
export interface BenchEnvironment {
  owner: postgres.Sql;
  ownerUrl: string;
  tenantUrl: string;
  systemUrl: string;
  secretKey: string;
  dataDir: string;
  stop(): Promise<void>;
}

/**
 * An embedded PostgreSQL of the bench's own, migrated, in a temporary folder; or in one that is kept
 * from run to run (`SIGNALBOX_BENCH_DATA_DIR`), for populations that take long to load.
 */
export async function createEnvironment(
  keptDir = process.env.SIGNALBOX_BENCH_DATA_DIR,
): Promise<BenchEnvironment> {
  const dataDir = keptDir ?? mkdtempSync(join(tmpdir(), "signalbox-bench-"));
  mkdirSync(dataDir, { recursive: true });
  chmodSync(dataDir, 0o755);
  const secretKey = keptSecretKey(dataDir);
  const server = await startEmbeddedPostgres({ dataDir, log: silentLog });
  const { tenantUrl, systemUrl } = await migrate({
    ownerUrl: server.ownerUrl,
    secretKey,
    jobTasks: jobTaskNames,
  });
  const owner = postgres(server.ownerUrl, { max: 2, onnotice: () => undefined });
  return {
    owner,
    ownerUrl: server.ownerUrl,
    tenantUrl,
    systemUrl,
    secretKey,
    dataDir,
    async stop() {
      await owner.end({ timeout: 5 });
      await server.stop();
      if (keptDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The secret that the folder's logins and sessions were made with. */
function keptSecretKey(dataDir: string): string {
  const file = join(dataDir, "bench-secret-key");
  if (existsSync(file)) return readFileSync(file, "utf8");
  const secretKey = randomBytes(32).toString("base64url");
  writeFileSync(file, secretKey, { mode: 0o600 });
  return secretKey;
}
