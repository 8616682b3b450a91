import { pipeline, Readable } from "node:stream";
import { createGzip } from "node:zlib";
import type { Database } from "#db/database.ts";
import { type ArchiveId, toUuid } from "#db/ids.ts";
import { readErasedSubjects } from "../../audit/erased-subjects.server.ts";
import { insertAuditEvents } from "../../audit/insert-audit-events.server.ts";
import type { Actor, RequestInfo } from "../../auth/actor.ts";
import { notFound } from "../../errors.ts";
import { requireActivityScope } from "../require-activity-scope.ts";
import { sealedTime } from "../sealed-event.ts";
import type { ArchiveStore } from "../store/archive-store.ts";
import { erasedText } from "./erased-lines.server.ts";

/**
 * An archive's file, for who checks it elsewhere: as it was written; without the names and texts of people
 * who were erased since, where it may have any, and then it is other bytes that verify as well. That it was
 * taken is recorded.
 * @throws AppError forbidden; not_found: it is not there to be read
 */
export async function openArchive(
  db: Database,
  store: ArchiveStore,
  actor: Actor,
  { archiveId, request }: { archiveId: ArchiveId; request: RequestInfo },
): Promise<Readable> {
  requireActivityScope(actor);
  const { tenantId } = actor;
  const tenantUuid = toUuid(tenantId);
  const { row, erased } = await db.asTenantSql(
    tenantId,
    async (sql) => {
      const [row] = await sql<{ file: string; events: string; sha256: string; from_at: string }[]>`
        select file, events, encode(sha256, 'hex') as sha256, ${sql.unsafe(sealedTime("from_at"))} as from_at
        from audit_archives
        where tenant_id = ${tenantUuid} and id = ${toUuid(archiveId)} and state = 'written'`;
      return { row, erased: await readErasedSubjects(sql, tenantUuid) };
    },
    { readOnly: true },
  );
  const file = row && (await store.open(row.file));
  if (row === undefined || file === undefined) throw notFound("archive");
  const mayHaveErased = [...erased.values()].some((until) => until >= row.from_at);
  await db.asTenantSql(tenantId, (sql) =>
    insertAuditEvents(sql, [
      {
        ...{ tenantId, actor, request },
        action: "audit.archive.downloaded",
        resource: { id: archiveId },
        details: { events: Number(row.events), sha256: row.sha256 },
      },
    ]),
  );
  if (!mayHaveErased) return file;
  // What fails on the way ends what is read, which is all that is to be told of it.
  return pipeline(Readable.from(erasedText(file, erased)), createGzip(), () => undefined);
}
