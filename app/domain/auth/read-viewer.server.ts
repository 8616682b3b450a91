import type { Database } from "#db/database.ts";
import type { UserActor } from "./actor.ts";
import { listOwnTenants } from "./list-own-tenants.server.ts";
import { readTenant } from "./read-tenant.server.ts";

/** Who is looking, as the shell of every page shows it. */
export async function readViewer(db: Database, actor: UserActor) {
  const [tenant, tenants] = await Promise.all([readTenant(db, actor), listOwnTenants(db, actor)]);
  return { name: actor.name, role: actor.role, tenantName: tenant.name, scopes: [...actor.scopes], tenants };
}
