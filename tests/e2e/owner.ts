import { readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { z } from "zod";

const keptSchema = z.object({ ownerPassword: z.string(), port: z.number() });

/** The server's own database, as its owner. */
export async function withOwner<T>(work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const dataDir = process.env.SIGNALBOX_E2E_DATA_DIR ?? "";
  const { ownerPassword, port } = keptSchema.parse(
    JSON.parse(readFileSync(join(dataDir, "postgres.json"), "utf8")),
  );
  const sql = postgres({
    ...{ host: "127.0.0.1", port, database: "signalbox", max: 1 },
    ...{ username: "signalbox_owner", password: ownerPassword },
  });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

/** Has the server's worker do what it does by the clock. */
export const runJob = (task: string): Promise<unknown> =>
  withOwner((sql) => sql`select from graphile_worker.add_job(${task}::text, '{}'::json)`);
