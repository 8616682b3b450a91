import { eq } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { tenants } from "#db/schema/index.ts";
import { notFound } from "../errors.ts";
import type { Actor } from "./actor.ts";
import type { TenantView } from "./api-session-schema.ts";

/** The actor's own tenant. */
export async function readTenant(db: Database, actor: Actor): Promise<TenantView> {
  const [tenant] = await db.asTenant(
    actor.tenantId,
    (tx) =>
      tx.select({ id: tenants.id, name: tenants.name }).from(tenants).where(eq(tenants.id, actor.tenantId)),
    { readOnly: true },
  );
  if (tenant === undefined) throw notFound("tenant");
  return tenant;
}
