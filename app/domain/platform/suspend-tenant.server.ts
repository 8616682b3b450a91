import type { Database, Sql } from "#db/database.ts";
import { type TenantId, toUuid } from "#db/ids.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { AppError } from "../errors.ts";
import { lockTenant, recordInBoth } from "./change-tenant.server.ts";
import { requirePlatformAdmin } from "./require-platform-admin.ts";

/**
 * Suspends a tenant: nobody signs in, its keys are refused (here and elsewhere within a second), its
 * streams end within ten. Sessions end for good, so that a later resume lets nobody in unasked; keys
 * work again then. What was accepted before is delivered.
 * @throws AppError not_found; conflict for one that is suspended, the service's own, or the actor's
 */
export async function suspendTenant(
  db: Database,
  actor: Actor,
  { tenantId, reason }: { tenantId: TenantId; reason: string },
  request: RequestInfo,
): Promise<void> {
  requirePlatformAdmin(actor);
  await db.withSql(async (sql) => {
    const tenant = await lockTenant(sql, tenantId);
    if (tenant.status === "suspended") throw new AppError("conflict", "It is suspended already.");
    if (tenantId === actor.tenantId)
      throw new AppError(
        "conflict",
        "You are signed in to it: sign in to another tenant to suspend this one.",
      );
    await sql`
      update tenants set status = 'suspended', suspended_at = now(), suspended_reason = ${reason}
      where id = ${toUuid(tenantId)}`;
    const sessionsEnded = await endAllSessions(sql, tenantId);
    await recordInBoth(sql, {
      tenantId,
      actor,
      action: "tenant.suspended",
      resource: { id: tenantId, name: tenant.name },
      request,
      details: { reason, sessionsEnded },
    });
  });
}

/** One event tells of them all. Locked in the order of their ids, as whoever notes their use does. */
async function endAllSessions(sql: Sql, tenantId: TenantId): Promise<number> {
  const { count } = await sql`
    with open as (
      select id from sessions
      where tenant_id = ${toUuid(tenantId)} and revoked_at is null and expires_at > now()
      order by id for no key update
    )
    update sessions set revoked_at = now()
    from open where sessions.tenant_id = ${toUuid(tenantId)} and sessions.id = open.id`;
  return count;
}
