import postgres from "postgres";
import type { Sql } from "#db/database.ts";
import type { Figure } from "./report.ts";

export interface ExplainOptions {
  tenantUrl: string;
  tenantUuid: string;
  /** What the plans are of: each statement gets this name and a number. */
  what: string;
  /** Runs the statements, as a request would. */
  read(sql: Sql): Promise<unknown>;
}

/** The plans of everything that `read` asks of the database, under the tenant's own row-level security. */
export async function explain({ tenantUrl, tenantUuid, what, read }: ExplainOptions): Promise<Figure[]> {
  const asked: { text: string; parameters: unknown[] }[] = [];
  const client = postgres(tenantUrl, {
    max: 1,
    onnotice: () => undefined,
    debug: (_connection, text, parameters) => asked.push({ text, parameters }),
  });
  try {
    return await client.begin(async (sql) => {
      await sql`select set_config('app.tenant_id', ${tenantUuid}, true)`;
      // Once to load the caches and to learn the statements, once to explain each.
      asked.length = 0;
      await read(sql);
      const statements = asked.filter(
        ({ text }) => /^\s*(select|with)\b/i.test(text) && !/pg_catalog/.test(text),
      );
      const figures: Figure[] = [];
      for (const [n, { text, parameters }] of statements.entries()) {
        const rows = await sql.unsafe<{ "QUERY PLAN": string }[]>(
          `explain (analyze, buffers) ${text}`,
          parameters as postgres.ParameterOrJSON<never>[],
        );
        const lines = rows.map((row) => row["QUERY PLAN"]);
        figures.push({
          what: `${what}, statement ${n + 1} of ${statements.length}`,
          measured: lines.findLast((line) => line.startsWith("Execution Time"))?.slice(16) ?? "not run",
          plan: lines.join("\n"),
        });
      }
      return figures;
    });
  } finally {
    await client.end({ timeout: 5 });
  }
}
