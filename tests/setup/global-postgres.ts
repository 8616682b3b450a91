import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import postgres from "postgres";
import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres } from "#db/embedded.server.ts";
import { silentLog } from "#db/log.ts";
import { migrate } from "#db/migrate.server.ts";
import { jobTaskNames } from "#jobs/catalog.ts";

/** How test files reach the run's PostgreSQL (`createTestDatabase`). */
export interface TestPostgres {
  /** A plain owner's URL of the migrated template; copies differ in the database's name alone. */
  ownerUrl: string;
  tenantUrl: string;
  systemUrl: string;
  superuserUrl: string;
  template: string;
}

declare module "vitest" {
  export interface ProvidedContext {
    testPostgres: TestPostgres;
  }
}

/** One PostgreSQL per run, in a folder of its own, with a migrated template that test files copy. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(tmpdir(), "signalbox-test-"));
  // mkdtemp closes the folder to everybody else, the account that PostgreSQL runs as included.
  await chmod(folder, 0o711);
  const server = await startEmbeddedPostgres({
    dataDir: path.join(folder, "data"),
    log: { ...silentLog, warn: console.warn, error: console.error },
    // Nothing of it outlives the run. Tests of what a crash leaves have a cluster of their own.
    settings: {
      ...{ fsync: "off", full_page_writes: "off", wal_compression: "off", max_wal_size: "512MB" },
      // Several files at once have servers with workers, of some 60 connections each.
      max_connections: "250",
    },
  });
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const urls = await migrate({
      ownerUrl: server.ownerUrl,
      secretKey: "a secret key for tests, of at least 32 characters",
      jobTasks: jobTaskNames,
    });
    const template = new URL(server.ownerUrl).pathname.slice(1);
    const superuser = postgres(server.superuserUrl, { max: 1, onnotice: () => {} });
    // So that tests may look at, and end, backends of other logins without being superuser.
    await superuser`grant pg_signal_backend, pg_read_all_stats to signalbox_owner`;
    await superuser.end();
    project.provide("testPostgres", {
      ...urls,
      template,
      ownerUrl: server.ownerUrl,
      superuserUrl: server.superuserUrl,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}
