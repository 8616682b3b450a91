import type { Database } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import { type ErasedSubjects, readErasedSubjects } from "../../audit/erased-subjects.server.ts";
import { insertAuditEvents } from "../../audit/insert-audit-events.server.ts";
import type { Actor, RequestInfo } from "../../auth/actor.ts";
import { requireActivityScope } from "../require-activity-scope.ts";
import type { ArchiveStore } from "../store/archive-store.ts";
import { type FiledEvent, readLine } from "./archive-lines.ts";
import type { ArchivedEvent, ArchivedEventList, ArchivedEventsQuery } from "./archive-schema.ts";
import { withoutErased } from "./erased-lines.server.ts";
import { readLines } from "./read-lines.server.ts";

/** Files that one reading opens; a stretch with nothing in it is gone on from by the cursor. */
const mostFiles = 20;

/**
 * Events of a stretch of time out of the archives, a page at a time; the table is not touched. The first
 * page is recorded: it reads what is put away.
 */
export async function readArchivedEvents(
  db: Database,
  store: ArchiveStore,
  actor: Actor,
  query: ArchivedEventsQuery,
  request: RequestInfo,
): Promise<ArchivedEventList> {
  requireActivityScope(actor);
  const { cursor, limit } = query;
  const { files, erased } = await findFiles(db, actor, query, request);
  const [from, to] = [Date.parse(query.from), Date.parse(query.to)];
  const logs: ArchivedEvent[] = [];
  for (const { firstSeal, name } of files.slice(0, mostFiles)) {
    let line = 0;
    const skipTo = cursor?.firstSeal === firstSeal ? cursor.line : 0;
    const file = await store.open(name);
    if (file === undefined) throw new Error(`The archive ${name} is not in ${store.place}.`);
    for await (const lines of readLines(file))
      for (const text of lines) {
        line++;
        if (line <= skipTo) continue;
        const parsed = readLine(text);
        if (parsed === undefined || !("event" in parsed)) continue;
        const at = Date.parse(parsed.event.occurredAt);
        if (at < from || at > to) continue;
        logs.push(toArchivedEvent(withoutErased(parsed.event, erased)));
        if (logs.length === limit) return { logs, nextCursor: `${firstSeal}.${line}` };
      }
  }
  const next = files[mostFiles];
  return { logs, nextCursor: next === undefined ? null : `${next.firstSeal}.1` };
}

async function findFiles(
  db: Database,
  actor: Actor,
  { from, to, cursor }: ArchivedEventsQuery,
  request: RequestInfo,
): Promise<{ files: { firstSeal: number; name: string }[]; erased: ErasedSubjects }> {
  return db.asTenantSql(actor.tenantId, async (sql) => {
    const rows = await sql<{ first_sequence: string; file: string }[]>`
      select first_sequence, file from audit_archives
      where tenant_id = ${toUuid(actor.tenantId)} and state = 'written'
        and to_at >= ${from}::text::timestamptz and from_at <= ${to}::text::timestamptz
        and first_sequence >= ${cursor?.firstSeal ?? 0}
      order by first_sequence limit ${mostFiles + 1}
    `;
    if (cursor === undefined)
      await insertAuditEvents(sql, [
        {
          tenantId: actor.tenantId,
          actor,
          action: "audit.archive.read",
          resource: { id: actor.tenantId },
          request,
          details: { from, to },
        },
      ]);
    return {
      files: rows.map(({ first_sequence, file }) => ({ firstSeal: Number(first_sequence), name: file })),
      erased: await readErasedSubjects(sql, toUuid(actor.tenantId)),
    };
  });
}

function toArchivedEvent(event: FiledEvent): ArchivedEvent {
  return {
    id: event.id,
    timestamp: event.occurredAt,
    actor: { id: event.actorId, type: event.actorKind, name: event.actorName },
    action: event.action,
    resource: { type: event.resourceType, id: event.resourceId, name: event.resourceName },
    status: event.status,
    requestId: event.requestId,
    correlationId: event.correlationId,
    details: { ...toRecord(event.details), ...toRecord(event.erasableDetails ?? "{}") },
  };
}

const toRecord = (text: string): Record<string, unknown> => {
  const value: unknown = JSON.parse(text);
  return typeof value === "object" && value !== null ? { ...value } : {};
};
