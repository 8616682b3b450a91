import { recordAudit } from "#app/domain/audit/record-audit.server.ts";
import type { Database } from "#db/database.ts";
import type { MessageId } from "#db/ids.ts";
import type { RequestInfo, UserActor } from "../auth/actor.ts";
import { requireScope } from "./mailbox-access.ts";
import { csvHeader, csvLine, type ExportFormat, ndjsonLine } from "./message-export-lines.ts";
import type { MessageFilters } from "./message-list-schema.ts";
import { walkMessages } from "./walk-messages.server.ts";

/** Messages a transaction: enough to make its round trips cheap, few enough to hold. */
const pageSize = 500;

interface ExportOptions {
  format: ExportFormat;
  filters: MessageFilters;
  nowMs: number;
  request: RequestInfo;
}

/**
 * Text of all messages that the filters let through and the actor may see, newest first, in pieces.
 * The export is recorded when it begins; each piece is read when it is asked for, in a transaction of
 * its own, so that a slow reader holds nothing and one that leaves costs nothing more.
 */
export async function exportMessages(
  db: Database,
  actor: UserActor,
  { format, filters, nowMs, request }: ExportOptions,
): Promise<AsyncGenerator<string, void, undefined>> {
  requireScope(actor, "messages:read");
  const asked = Object.entries(filters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  await db.asTenant(actor.tenantId, (tx) =>
    recordAudit(tx, {
      tenantId: actor.tenantId,
      actor,
      action: "messages.exported",
      resource: { id: actor.tenantId },
      request,
      details: { format, filters: Object.fromEntries(asked) },
    }),
  );
  return pieces(db, actor, format, filters, nowMs);
}

async function* pieces(
  db: Database,
  actor: UserActor,
  format: ExportFormat,
  filters: MessageFilters,
  nowMs: number,
): AsyncGenerator<string, void, undefined> {
  const toLine = format === "csv" ? csvLine : ndjsonLine;
  if (format === "csv") yield csvHeader;
  let from: MessageId | undefined;
  do {
    const range = { direction: "desc", from, limit: pageSize, nowMs } as const;
    const { messages, next } = await db.asTenantSql(
      actor.tenantId,
      (sql) => walkMessages(sql, actor, filters, range),
      { readOnly: true },
    );
    if (messages.length > 0) yield messages.map(toLine).join("");
    from = next ?? undefined;
  } while (from !== undefined);
}
