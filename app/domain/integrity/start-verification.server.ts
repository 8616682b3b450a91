import type { Database } from "#db/database.ts";
import { newId, toTypeId, toUuid, type VerificationId } from "#db/ids.ts";
import { enqueueJobs } from "#jobs/enqueue.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { requireActivityScope } from "./require-activity-scope.ts";

/** A check that has not ended after so long has no worker any more. */
const staleMinutes = 60;

/**
 * Has all of the tenant's trail checked, by a job; gives the check's id. While one is under way another
 * would find the same: that one's id is given.
 */
export async function startVerification(
  db: Database,
  actor: Actor,
  request: RequestInfo,
): Promise<VerificationId> {
  requireActivityScope(actor);
  const tenantUuid = toUuid(actor.tenantId);
  return db.asTenantSql(actor.tenantId, async (sql) => {
    // Two who ask at the same moment are given one check.
    await sql`select pg_advisory_xact_lock(hashtext(${`signalbox.verify.${tenantUuid}`}))`;
    const [running] = await sql<{ id: string }[]>`
      select id from audit_verifications
      where tenant_id = ${tenantUuid} and state in ('waiting', 'running')
        and created_at > now() - make_interval(mins => ${staleMinutes})
      order by id desc limit 1
    `;
    if (running !== undefined) return toTypeId("vrf", running.id);
    const id = newId("vrf");
    await sql`
      insert into audit_verifications (tenant_id, id, requested_by, requested_by_name)
      values (${tenantUuid}, ${toUuid(id)}, ${actor.id}, ${actor.name})`;
    await insertAuditEvents(sql, [
      {
        tenantId: actor.tenantId,
        actor,
        action: "audit.verification.requested",
        resource: { id },
        request,
        details: {},
      },
    ]);
    const payload = { tenantId: actor.tenantId, verificationId: id };
    await enqueueJobs(sql, "verify-audit-trail", [{ payload, jobKey: `verify:${id}` }], "replace");
    return id;
  });
}
