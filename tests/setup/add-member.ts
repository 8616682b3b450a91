import { randomBytes } from "node:crypto";
import type { Actor, UserActor } from "#app/domain/auth/actor.ts";
import { beginSession } from "#app/domain/auth/begin-session.server.ts";
import { insertMembership, insertUser } from "#app/domain/auth/create-tenant.server.ts";
import { type Credentials, createCredentials } from "#app/domain/auth/credentials.server.ts";
import type { Role } from "#app/domain/auth/scopes.ts";
import type { Database } from "#db/database.ts";
import { aRequest, fixturePassword, fixturePasswordHash, silentLog } from "./tenant-fixture.ts";

export interface MemberFixture {
  email: string;
  password: string;
  actor: UserActor;
  /** Of their session. */
  token: string;
}

/** Another person of the actor's tenant, signed in. */
export async function addMember(
  db: Database,
  actor: Actor,
  role: Role,
  {
    name = `Some ${role}`,
    credentials = createCredentials({ db, log: silentLog }),
  }: { name?: string; credentials?: Credentials } = {},
): Promise<MemberFixture> {
  const email = `${randomBytes(5).toString("hex")}@people.example`;
  const passwordHash = await fixturePasswordHash;
  const userId = await db.asSystem(async (tx) => {
    const userId = await insertUser(tx, actor, {
      email,
      name,
      passwordHash,
      platformAdmin: false,
      request: null,
    });
    await insertMembership(tx, actor, { userId, role, request: null });
    return userId;
  });
  const { token } = await beginSession(
    db,
    { userId, name, tenantId: actor.tenantId, role },
    { userAgent: "vitest", replacedToken: undefined, request: aRequest },
  );
  const member = await credentials.resolveSession(token);
  if (member === undefined) throw new Error("The member's session does not resolve");
  return { email, password: fixturePassword, token, actor: member };
}
