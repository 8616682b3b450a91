import type { Database } from "#db/database.ts";
import { type AgentId, type MembershipId, toTypeId, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { requireScope } from "../messaging/mailbox-access.ts";
import { isoTime, partyName } from "../messaging/message-row.ts";
import { toPerson } from "./list-holds.server.ts";
import type { ErasureList, ErasureListQuery, ErasureState, ErasureSubject, ErasureView } from "./schema.ts";

interface ErasureRow {
  id: string;
  subject_kind: "agent" | "member";
  subject_id: string;
  subject_name: string | null;
  include_received: boolean;
  reason: string;
  state: ErasureState;
  erased: string;
  held_back: string;
  requested_by: string | null;
  requested_by_name: string | null;
  created_at: string;
  finished_at: string | null;
}

/** What was asked to be erased, and how far it is; newest first. */
export async function listErasures(
  db: Database,
  actor: Actor,
  { limit, cursor }: ErasureListQuery,
): Promise<ErasureList> {
  requireScope(actor, "tenant:write");
  const rows = await db.asTenantSql(
    actor.tenantId,
    (sql) => sql<ErasureRow[]>`
      select
        erasure.id, erasure.subject_kind, erasure.subject_id, erasure.include_received, erasure.reason,
        erasure.state, erasure.erased, erasure.held_back, erasure.requested_by,
        ${sql.unsafe(partyName("erasure.tenant_id", "erasure.subject_kind", "erasure.subject_id"))} as subject_name,
        (select person.name from users person where person.id = erasure.requested_by) as requested_by_name,
        ${sql.unsafe(isoTime("erasure.created_at"))} as created_at,
        ${sql.unsafe(isoTime("erasure.finished_at"))} as finished_at
      from erasures erasure
      where erasure.tenant_id = ${toUuid(actor.tenantId)}
        ${cursor === undefined ? sql`` : sql`and erasure.id < ${toUuid(cursor)}`}
      order by erasure.id desc
      limit ${limit + 1}
    `,
    { readOnly: true },
  );
  const erasures = rows.slice(0, limit).map(toErasureView);
  return { erasures, nextCursor: rows.length > limit ? (erasures.at(-1)?.id ?? null) : null };
}

const toErasureView = (row: ErasureRow): ErasureView => ({
  id: toTypeId("ers", row.id),
  subject: {
    id: toSubjectId(row.subject_kind, row.subject_id),
    kind: row.subject_kind,
    name: row.subject_name ?? "Former agent",
  },
  includeReceived: row.include_received,
  reason: row.reason,
  state: row.state,
  erased: Number(row.erased),
  heldBack: Number(row.held_back),
  requestedBy: toPerson(row.requested_by, row.requested_by_name),
  createdAt: row.created_at,
  finishedAt: row.finished_at,
});

const toSubjectId = (kind: ErasureSubject["kind"], uuid: string): AgentId | MembershipId =>
  kind === "agent" ? toTypeId("agt", uuid) : toTypeId("mem", uuid);

/** Whose contents can be erased, for a form: by name, at most `limit`. */
export function listErasureSubjects(db: Database, actor: Actor, limit: number): Promise<ErasureSubject[]> {
  requireScope(actor, "tenant:write");
  const tenantUuid = toUuid(actor.tenantId);
  return db.asTenantSql(
    actor.tenantId,
    async (sql) => {
      const rows = await sql<{ kind: "agent" | "member"; id: string; name: string }[]>`
        (
          select 'agent' as kind, id, name from agents where tenant_id = ${tenantUuid}
          order by name, id limit ${limit}
        )
        union all
        (
          select 'member' as kind, membership.id, person.name
          from memberships membership join users person on person.id = membership.user_id
          where membership.tenant_id = ${tenantUuid}
          order by person.name, membership.id limit ${limit}
        )
      `;
      return rows.map(({ kind, id, name }) => ({ kind, name, id: toSubjectId(kind, id) }));
    },
    { readOnly: true },
  );
}
