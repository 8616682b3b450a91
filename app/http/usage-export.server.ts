import type { Actor } from "#app/domain/auth/actor.ts";
import { type ExportUsageOptions, exportUsage } from "#app/domain/usage/reading/export-usage.server.ts";
import type { Database } from "#db/database.ts";
import { textStream } from "./text-stream.server.ts";

const contentTypes = { csv: "text/csv; charset=utf-8", ndjson: "application/x-ndjson" } as const;

/** The answer of an export: a file that is made as it is taken. */
export async function usageExport(
  db: Database,
  actor: Actor,
  options: ExportUsageOptions,
): Promise<Response> {
  const { format } = options.query;
  const pieces = await exportUsage(db, actor, options);
  const name = `usage-${new Date(options.nowMs).toISOString().slice(0, 10)}.${format}`;
  return textStream(pieces, {
    headers: {
      "Content-Type": contentTypes[format],
      "Content-Disposition": `attachment; filename="${name}"`,
      "Cache-Control": "no-store",
    },
  });
}
