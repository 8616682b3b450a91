import type { TenantId } from "#db/ids.ts";
import type { SystemActor } from "./actor.ts";
import { scopes } from "./scopes.ts";

/** Signalbox itself acting for a tenant; `id` says which part of it (`seed`, `jobs`). */
export const systemActor = (tenantId: TenantId, id: string): SystemActor => ({
  kind: "system",
  id,
  name: "Signalbox",
  tenantId,
  scopes: new Set(scopes),
});
