import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { inject } from "vitest";
import { type CreateDatabaseOptions, createDatabase, type PooledDatabase } from "#db/client.server.ts";

/** A migrated database of a test file's own. */
export interface TestDatabase {
  db: PooledDatabase;
  /** The owner: sees every row (its policies), is no superuser, may end other logins' backends. */
  owner: postgres.Sql;
  ownerUrl: string;
  tenantUrl: string;
  systemUrl: string;
  drop(): Promise<void>;
}

/** `url` with another database's name. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.toString();
}

/**
 * Copies the migrated template (some 50 ms). Call it in `beforeAll` and `drop` it in `afterAll`.
 * @param options for `createDatabase`, where a test needs other limits
 */
export async function createTestDatabase(
  options: Partial<Omit<CreateDatabaseOptions, "tenantUrl" | "systemUrl">> = {},
): Promise<TestDatabase> {
  const run = inject("testPostgres");
  const name = `test_${randomBytes(6).toString("hex")}`;
  const maintenanceUrl = withDatabase(run.ownerUrl, "postgres");
  const execute = async (statement: string) => {
    const sql = postgres(maintenanceUrl, { max: 1, onnotice: () => {} });
    try {
      await sql.unsafe(statement);
    } finally {
      await sql.end({ timeout: 5 });
    }
  };
  await execute(`create database ${name} template ${run.template} strategy wal_log`);
  const [ownerUrl, tenantUrl, systemUrl] = [run.ownerUrl, run.tenantUrl, run.systemUrl].map((url) =>
    withDatabase(url, name),
  ) as [string, string, string];
  const owner = postgres(ownerUrl, { max: 4, onnotice: () => {} });
  const db = createDatabase({ poolSize: 4, ...options, tenantUrl, systemUrl });
  return {
    ...{ db, owner, ownerUrl, tenantUrl, systemUrl },
    async drop() {
      await db.close();
      await owner.end({ timeout: 5 });
      await execute(`drop database ${name} with (force)`);
    },
  };
}
