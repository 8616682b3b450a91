import type { Database } from "#db/database.ts";
import { toTypeId, toUuid } from "#db/ids.ts";
import type { Actor } from "../../auth/actor.ts";
import { requireActivityScope } from "../require-activity-scope.ts";
import { sealedTime } from "../sealed-event.ts";
import type { ArchiveList, ArchiveListQuery, ArchiveView } from "./archive-schema.ts";

interface ArchiveRow {
  id: string;
  state: "planned" | "written" | "expiring" | "expired";
  first_sequence: string;
  last_sequence: string;
  events: string;
  from_at: string;
  to_at: string;
  bytes: string | null;
  sha256: string | null;
  written_at: string | null;
  expired_at: string | null;
}

/** The tenant's archives, newest first; those that were deleted too. */
export async function listArchives(
  db: Database,
  actor: Actor,
  { limit, cursor }: ArchiveListQuery,
): Promise<ArchiveList> {
  requireActivityScope(actor);
  const rows = await db.asTenantSql(
    actor.tenantId,
    (sql) => sql<ArchiveRow[]>`
      select
        id, state, first_sequence, last_sequence, events, ${sql.unsafe(sealedTime("from_at"))} as from_at,
        ${sql.unsafe(sealedTime("to_at"))} as to_at, bytes, encode(sha256, 'hex') as sha256,
        ${sql.unsafe(sealedTime("written_at"))} as written_at,
        ${sql.unsafe(sealedTime("expired_at"))} as expired_at
      from audit_archives
      where tenant_id = ${toUuid(actor.tenantId)}
        ${cursor === undefined ? sql`` : sql`and id < ${toUuid(cursor)}`}
      order by id desc limit ${limit + 1}
    `,
    { readOnly: true },
  );
  const archives = rows.slice(0, limit).map(toArchiveView);
  return { archives, nextCursor: rows.length > limit ? (archives.at(-1)?.id ?? null) : null };
}

function toArchiveView(row: ArchiveRow): ArchiveView {
  const isDeleted = row.state === "expiring" || row.state === "expired";
  return {
    id: toTypeId("arc", row.id),
    state: isDeleted ? "deleted" : row.state === "written" ? "stored" : "planned",
    firstSeal: Number(row.first_sequence),
    lastSeal: Number(row.last_sequence),
    events: Number(row.events),
    fromAt: row.from_at,
    toAt: row.to_at,
    bytes: row.bytes === null ? null : Number(row.bytes),
    sha256: row.sha256,
    archivedAt: row.written_at,
    deletedAt: row.expired_at,
  };
}
