import type { AuditExportFormat } from "#app/domain/audit/audit-export-lines.ts";
import { type ExportAuditOptions, exportAuditLogs } from "#app/domain/audit/export-audit-logs.server.ts";
import type { UserActor } from "#app/domain/auth/actor.ts";
import type { Database } from "#db/database.ts";
import { textStream } from "./text-stream.server.ts";

const contentTypes: Record<AuditExportFormat, string> = {
  csv: "text/csv; charset=utf-8",
  json: "application/json",
  ndjson: "application/x-ndjson",
};

/** The answer of an export: a file that is made as it is taken, and the id by which its digest is found. */
export async function auditExport(
  db: Database,
  actor: UserActor,
  options: ExportAuditOptions,
): Promise<Response> {
  const { id, pieces } = await exportAuditLogs(db, actor, options);
  const name = `audit-${new Date().toISOString().slice(0, 10)}.${options.format}`;
  return textStream(pieces, {
    headers: {
      "Content-Type": contentTypes[options.format],
      "Content-Disposition": `attachment; filename="${name}"`,
      "Cache-Control": "no-store",
      "X-Export-Id": id,
    },
  });
}
