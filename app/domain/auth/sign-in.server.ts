import { and, asc, eq } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { type SessionId, SYSTEM_TENANT_ID, type TenantId, type UserId } from "#db/ids.ts";
import { memberships, tenants, users } from "#db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { type DenialSink, recordDenial } from "../audit/record-denial.server.ts";
import { AppError } from "../errors.ts";
import type { RequestInfo } from "./actor.ts";
import { createSession } from "./create-session.server.ts";
import { maskEmail, normalizeEmail } from "./email.ts";
import { verifyPassword } from "./password.server.ts";
import { unsafeRotateSession } from "./revoke-session.server.ts";
import type { SignInInput } from "./schema.ts";
import type { Role } from "./scopes.ts";

export interface SignInOptions extends SignInInput {
  userAgent: string | null;
  /** The session token that the browser came with, if any: it ends here. */
  replacedToken: string | undefined;
  request: RequestInfo;
}

export interface SignedIn {
  /** For the cookie. */
  token: string;
  sessionId: SessionId;
  userId: UserId;
  tenantId: TenantId;
}

interface Account {
  id: UserId;
  name: string;
  passwordHash: string | null;
  disabledAt: Date | null;
  membership: { tenantId: TenantId; role: Role } | undefined;
}

type FailureReason = "unknown_user" | "wrong_password" | "disabled" | "no_membership";

/**
 * Signs a person in with email and password and begins a session in their oldest tenant.
 * Who does not exist, who typed a wrong password and who may not come in get the same answer after
 * the same work; which it was is in the audit log.
 * @throws AppError invalid_credentials.
 */
export async function signIn(sink: DenialSink, options: SignInOptions): Promise<SignedIn> {
  const email = normalizeEmail(options.email);
  const account = await findAccount(sink.db, email);
  const matches = await verifyPassword(options.password, account?.passwordHash ?? null);
  const reason = failureReason(account, matches);
  if (account === undefined || account.membership === undefined || reason !== undefined) {
    await recordDenial(sink, {
      tenantId: account?.membership?.tenantId ?? SYSTEM_TENANT_ID,
      actor: { kind: "user", id: account?.id ?? null, name: account?.name ?? null },
      action: "auth.login.failed",
      resource: { id: account?.id ?? null, name: account?.name ?? null },
      status: "failure",
      request: options.request,
      details: {
        method: "password",
        reason: reason ?? "unknown_user",
        ...(account === undefined && { email: maskEmail(email) }),
      },
    });
    throw new AppError("invalid_credentials", "That email address and password do not match an account.");
  }
  return beginSession(sink.db, account, account.membership, options);
}

function failureReason(account: Account | undefined, matches: boolean): FailureReason | undefined {
  if (account === undefined) return "unknown_user";
  if (!matches) return "wrong_password";
  if (account.disabledAt !== null) return "disabled";
  return account.membership === undefined ? "no_membership" : undefined;
}

/** The account of an address, with the tenant it signs in to: a customer's before the system's, the oldest first. */
async function findAccount(db: Database, email: string): Promise<Account | undefined> {
  return db.asSystem(
    async (tx) => {
      const [user] = await tx
        .select({
          id: users.id,
          name: users.name,
          passwordHash: users.passwordHash,
          disabledAt: users.disabledAt,
        })
        .from(users)
        .where(eq(users.email, email));
      if (user === undefined) return undefined;
      const [membership] = await tx
        .select({ tenantId: memberships.tenantId, role: memberships.role })
        .from(memberships)
        .innerJoin(tenants, eq(tenants.id, memberships.tenantId))
        .where(and(eq(memberships.userId, user.id), eq(tenants.status, "active")))
        .orderBy(asc(tenants.isSystem), asc(memberships.id))
        .limit(1);
      return {
        ...user,
        membership: membership && { tenantId: membership.tenantId, role: membership.role as Role },
      };
    },
    { readOnly: true },
  );
}

async function beginSession(
  db: Database,
  account: Account,
  { tenantId, role }: { tenantId: TenantId; role: Role },
  { userAgent, replacedToken, request }: SignInOptions,
): Promise<SignedIn> {
  return db.asSystem(async (tx) => {
    if (replacedToken !== undefined) await unsafeRotateSession(tx, replacedToken, request);
    const session = await createSession(tx, {
      tenantId,
      userId: account.id,
      userAgent,
      ipHash: request.ipHash,
    });
    await recordAudit(tx, {
      tenantId,
      actor: { kind: "user", id: account.id, name: account.name },
      action: "auth.login.succeeded",
      resource: { id: session.id },
      request,
      details: { method: "password", role },
    });
    return { token: session.token, sessionId: session.id, userId: account.id, tenantId };
  });
}
