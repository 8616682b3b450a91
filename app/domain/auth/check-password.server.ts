import { asc, desc, eq } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { SYSTEM_TENANT_ID, type TenantId, type UserId } from "#db/ids.ts";
import { memberships, tenants, users } from "#db/schema/index.ts";
import { recordDenial } from "../audit/record-denial.server.ts";
import { AppError } from "../errors.ts";
import type { RequestInfo } from "./actor.ts";
import { maskEmail, normalizeEmail } from "./email.ts";
import type { PasswordService } from "./held-attempts.server.ts";
import { verifyPassword } from "./password.server.ts";
import { recordLocks } from "./record-lock.server.ts";
import type { SignInInput } from "./schema.ts";
import type { Role } from "./scopes.ts";
import { beginAttempt, type SignInAttempt } from "./sign-in-attempt.server.ts";
import type { SignInPlace } from "./sign-in-place.ts";
import { suspendedSentence } from "./suspended-sentence.ts";
import { waitInWords } from "./wait-in-words.ts";

export interface CheckPasswordOptions extends SignInInput {
  /** Where to; without it the person's oldest tenant, a customer's before the system's. */
  tenantId?: TenantId | undefined;
  /** Without it nothing is counted and nobody held up: for what does not come from outside. */
  place?: SignInPlace | undefined;
  request: RequestInfo;
}

/** Somebody whose password was right, and the tenant that they sign in to. */
export interface CheckedPerson {
  userId: UserId;
  name: string;
  tenantId: TenantId;
  role: Role;
  /** What has to be settled when their session begins. */
  attempt?: SignInAttempt | undefined;
}

interface Membership {
  tenantId: TenantId;
  role: Role;
  isActive: boolean;
}

interface Account {
  id: UserId;
  name: string;
  passwordHash: string | null;
  disabledAt: Date | null;
  /** In the order in which they are signed in to; those of suspended tenants last. */
  memberships: Membership[];
}

type FailureReason = "unknown_user" | "wrong_password" | "disabled" | "no_membership" | "tenant_suspended";

/**
 * Finds out whose email and password these are, and which tenant they may come in to.
 * Who does not exist, who typed a wrong password and who may not come in get the same answer after
 * the same work; which it was is in the audit log. That an organisation is suspended is told to those
 * alone whose password was right. After too many failures nobody's password is looked at for a while.
 * @throws AppError invalid_credentials, rate_limited, tenant_suspended.
 */
export async function checkPassword(
  sink: PasswordService,
  options: CheckPasswordOptions,
): Promise<CheckedPerson> {
  const email = normalizeEmail(options.email);
  const account = await findAccount(sink.db, email);
  const membership = membershipIn(account, options.tenantId);
  const whose = {
    tenantId: (membership ?? account?.memberships[0])?.tenantId ?? SYSTEM_TENANT_ID,
    actor: { kind: "user" as const, id: account?.id ?? null, name: account?.name ?? null },
    resource: { id: account?.id ?? null, name: account?.name ?? null },
    status: "failure" as const,
    request: options.request,
  };
  const masked = account === undefined ? maskEmail(email) : undefined;
  const attempt =
    options.place &&
    (await beginAttempt(sink.db, { email, userId: account?.id ?? null, place: options.place }));
  if (attempt !== undefined && "waitSeconds" in attempt) {
    sink.heldAttempts.note({ ...whose, email: masked });
    throw tooManyFailures(attempt.waitSeconds);
  }
  const matches = await verifyPassword(options.password, account?.passwordHash ?? null);
  const reason = failureReason(account, membership, matches);
  if (account === undefined || membership === undefined || reason !== undefined) {
    const details = {
      ...{ method: "password" as const, reason: reason ?? "unknown_user" },
      ...(masked !== undefined && { email: masked }),
    };
    await recordDenial(sink, { ...whose, action: "auth.login.failed", details });
    await recordLocks(sink, whose, attempt?.counted ?? []);
    if (reason === "tenant_suspended") throw new AppError("tenant_suspended", suspendedSentence);
    throw new AppError("invalid_credentials", "That email address and password do not match an account.");
  }
  const { tenantId, role } = membership;
  return { userId: account.id, name: account.name, tenantId, role, attempt };
}

/** The same words for every account and for none. */
const tooManyFailures = (waitSeconds: number): AppError =>
  new AppError(
    "rate_limited",
    `Too many attempts to sign in have failed. Please try again in ${waitInWords(waitSeconds)}.`,
    { retryAfterSeconds: waitSeconds },
  );

function failureReason(
  account: Account | undefined,
  membership: Membership | undefined,
  matches: boolean,
): FailureReason | undefined {
  if (account === undefined) return "unknown_user";
  if (!matches) return "wrong_password";
  if (account.disabledAt !== null) return "disabled";
  if (membership === undefined) return "no_membership";
  return membership.isActive ? undefined : "tenant_suspended";
}

const membershipIn = (account: Account | undefined, asked: TenantId | undefined): Membership | undefined =>
  account?.memberships.find(({ tenantId }) => asked === undefined || tenantId === asked);

/** The account of an address. Unscoped: which tenant it is about is what the sign-in finds out. */
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
      const rows = await tx
        .select({
          tenantId: memberships.tenantId,
          role: memberships.role,
          isActive: eq(tenants.status, "active").mapWith(Boolean),
        })
        .from(memberships)
        .innerJoin(tenants, eq(tenants.id, memberships.tenantId))
        .where(eq(memberships.userId, user.id))
        .orderBy(desc(eq(tenants.status, "active")), asc(tenants.isSystem), asc(memberships.id));
      return {
        ...user,
        memberships: rows.map(({ role, ...row }) => ({ ...row, role: role as Role })),
      };
    },
    { readOnly: true },
  );
}
