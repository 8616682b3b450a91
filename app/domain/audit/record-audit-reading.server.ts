import { eq } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { SYSTEM_TENANT_ID, type TenantId } from "#db/ids.ts";
import { tenants } from "#db/schema/index.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { notFound } from "../errors.ts";
import { type AuditReach, requireAuditReach } from "./audit-reach.server.ts";
import { recordReading } from "./record-reading.server.ts";

/**
 * Records that the actor reads a trail: in that trail itself, so that its owner sees who reads along;
 * of everybody's, in the service's own.
 * @throws AppError forbidden; not_found: there is no such tenant
 */
export async function recordAuditReading(
  db: Database,
  actor: Actor,
  { reach: asked, request }: { reach?: AuditReach | undefined; request: RequestInfo },
): Promise<void> {
  const reach = requireAuditReach(actor, asked);
  const tenantId = reach === "all" ? SYSTEM_TENANT_ID : reach;
  if (tenantId !== actor.tenantId) await requireTenant(db, tenantId);
  await recordReading(db, {
    tenantId,
    actor,
    action: "audit.read",
    resource: { id: tenantId },
    request,
    details: { reach: reach === "all" ? "all" : "tenant" },
  });
}

async function requireTenant(db: Database, tenantId: TenantId): Promise<void> {
  const [found] = await db.asTenant(
    tenantId,
    (tx) => tx.select({ id: tenants.id }).from(tenants).where(eq(tenants.id, tenantId)),
    { readOnly: true },
  );
  if (found === undefined) throw notFound("tenant");
}
