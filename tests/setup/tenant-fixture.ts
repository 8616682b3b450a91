import { randomBytes } from "node:crypto";
import type { RequestInfo, UserActor } from "#app/domain/auth/actor.ts";
import { createTenant } from "#app/domain/auth/create-tenant.server.ts";
import { type Credentials, createCredentials } from "#app/domain/auth/credentials.server.ts";
import { createHeldAttempts, type PasswordService } from "#app/domain/auth/held-attempts.server.ts";
import { signIn } from "#app/domain/auth/sign-in.server.ts";
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
  const password = "correct horse battery staple";
  const { tenantId, adminId } = await createTenant(db, {
    name: slug,
    slug,
    admin: { email, name: "Ada Admin", password },
    request: null,
  });
  const { token } = await signIn(passwordService(db), {
    email,
    password,
    userAgent: "vitest",
    replacedToken: undefined,
    request: aRequest,
  });
  const admin = await credentials.resolveSession(token);
  if (admin === undefined) throw new Error("The admin's session does not resolve");
  return { tenantId, adminId, admin, email, password, token };
}
