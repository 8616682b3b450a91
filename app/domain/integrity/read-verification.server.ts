import type postgres from "postgres";
import type { Database, Sql } from "#db/database.ts";
import { toTypeId, toUuid, type VerificationId } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { notFound } from "../errors.ts";
import { requireActivityScope } from "./require-activity-scope.ts";
import type { Damage, VerificationState, VerificationView } from "./schema.ts";
import { sealedTime } from "./sealed-event.ts";

interface VerificationRow {
  id: string;
  state: VerificationState;
  requested_by_name: string | null;
  created_at: string;
  finished_at: string | null;
  seals_total: string;
  seals: string;
  events: string;
  erased: string;
  archives: number;
  damages: string;
  findings: Damage[];
  error: string | null;
}

/** A check of the tenant's trail: how far it is, or what it has found. */
export async function readVerification(
  db: Database,
  actor: Actor,
  id: VerificationId,
): Promise<VerificationView> {
  requireActivityScope(actor);
  const [row] = await db.asTenantSql(
    actor.tenantId,
    (sql) =>
      selectVerifications(sql, sql`where tenant_id = ${toUuid(actor.tenantId)} and id = ${toUuid(id)}`),
    { readOnly: true },
  );
  if (row === undefined) throw notFound("verification");
  return toVerificationView(row);
}

/** Checks of a tenant's trail, as `toVerificationView` takes them. */
export const selectVerifications = (
  sql: Sql,
  where: postgres.PendingQuery<postgres.Row[]>,
): Promise<VerificationRow[]> => sql<VerificationRow[]>`
  select
    id, state, requested_by_name, ${sql.unsafe(sealedTime("created_at"))} as created_at,
    ${sql.unsafe(sealedTime("finished_at"))} as finished_at, seals_total, seals, events, erased, archives,
    damages, findings, error
  from audit_verifications ${where}
`;

export const toVerificationView = (row: VerificationRow): VerificationView => ({
  id: toTypeId("vrf", row.id),
  state: row.state,
  requestedBy: row.requested_by_name,
  createdAt: row.created_at,
  finishedAt: row.finished_at,
  sealsTotal: Number(row.seals_total),
  seals: Number(row.seals),
  events: Number(row.events),
  erased: Number(row.erased),
  archives: row.archives,
  damages: Number(row.damages),
  findings: row.findings,
  error: row.error,
});
