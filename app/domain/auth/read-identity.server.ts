import type { Database } from "#db/database.ts";
import { AppError } from "../errors.ts";
import type { Actor } from "./actor.ts";
import type { Identity } from "./api-session-schema.ts";
import { findPerson } from "./find-person.server.ts";
import { readTenant } from "./read-tenant.server.ts";
import { scopes } from "./scopes.ts";

/**
 * Who the actor is and what they may do.
 * @throws AppError unauthenticated for a person whose membership has ended meanwhile.
 */
export async function readIdentity(db: Database, actor: Actor): Promise<Identity> {
  const identity = {
    actor: { kind: actor.kind, id: actor.id, name: actor.name },
    scopes: scopes.filter((scope) => actor.scopes.has(scope)),
  };
  if (actor.kind !== "user") return { ...identity, tenant: await readTenant(db, actor) };
  const { tenantId, id } = actor;
  const found = await db.asTenant(tenantId, (tx) => findPerson(tx, { tenantId, userId: id }), {
    readOnly: true,
  });
  if (found === undefined) throw new AppError("unauthenticated", "Sign in again.");
  return { ...identity, ...found };
}
