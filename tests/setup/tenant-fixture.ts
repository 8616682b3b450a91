import { randomBytes } from "node:crypto";
import type { RequestInfo, UserActor } from "#app/domain/auth/actor.ts";
import { beginSession } from "#app/domain/auth/begin-session.server.ts";
import { insertTenant } from "#app/domain/auth/create-tenant.server.ts";
import { type Credentials, createCredentials } from "#app/domain/auth/credentials.server.ts";
import { createHeldAttempts, type PasswordService } from "#app/domain/auth/held-attempts.server.ts";
import { hashPassword } from "#app/domain/auth/password.server.ts";
import type { Database } from "#db/database.ts";
import type { TenantId, UserId } from "#db/ids.ts";

/** A log that fails the test when something is logged that no test expects. */
export const silentLog = {
  warn(fields: object, message: string): void {
    throw new Error(`logged: ${message}`, { cause: fields });
  },
  error(fields: object, message: string): void {
    throw new Error(`logged: ${message}`, { cause: fields });
  },
};

/** What checking passwords takes. A test that is held up flushes `heldAttempts` before its database goes. */
export const passwordService = (db: Database): PasswordService => ({
  db,
  log: silentLog,
  heldAttempts: createHeldAttempts({ db, log: silentLog }),
});

export const aRequest: RequestInfo = { requestId: "req-test", ipHash: Buffer.alloc(16, 7) };

/** Of everybody that the fixtures make. */
export const fixturePassword = "correct horse battery staple";
/** Hashed once: it takes longer than all else that makes a fixture. */
export const fixturePasswordHash: Promise<string> = hashPassword(fixturePassword);

export interface TenantFixture {
  tenantId: TenantId;
  adminId: UserId;
  admin: UserActor;
  email: string;
  password: string;
  /** Of the admin's session. */
  token: string;
}

/** A tenant with its first admin, signed in. */
export async function createTenantFixture(
  db: Database,
  credentials: Credentials = createCredentials({ db, log: silentLog }),
): Promise<TenantFixture> {
  const slug = `tenant-${randomBytes(5).toString("hex")}`;
  const email = `admin@${slug}.example`;
  const name = "Ada Admin";
  const passwordHash = await fixturePasswordHash;
  const { tenantId, adminId } = await db.asSystem((tx) =>
    insertTenant(tx, { name: slug, slug, admin: { email, name, passwordHash }, request: null }),
  );
  const { token } = await beginSession(
    db,
    { userId: adminId, name, tenantId, role: "tenant_admin" },
    { userAgent: "vitest", replacedToken: undefined, request: aRequest },
  );
  const admin = await credentials.resolveSession(token);
  if (admin === undefined) throw new Error("The admin's session does not resolve");
  return { tenantId, adminId, admin, email, password: fixturePassword, token };
}
