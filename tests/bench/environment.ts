import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
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

/** An embedded PostgreSQL of the bench's own, migrated, in a temporary folder. */
export async function createEnvironment(): Promise<BenchEnvironment> {
  const dataDir = mkdtempSync(join(tmpdir(), "signalbox-bench-"));
  chmodSync(dataDir, 0o755);
  const secretKey = randomBytes(32).toString("base64url");
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
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
