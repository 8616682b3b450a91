import { asc, desc, eq } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { SYSTEM_TENANT_ID, type TenantId, type UserId } from "#db/ids.ts";
import { memberships, tenants, users } from "#db/schema/index.ts";
import type { AuditEvent } from "../audit/audit-event.ts";
import { type DenialSink, recordDenial } from "../audit/record-denial.server.ts";
import { AppError } from "../errors.ts";
import type { RequestInfo } from "./actor.ts";
import { maskEmail, normalizeEmail } from "./email.ts";
import { verifyPassword } from "./password.server.ts";
import type { SignInInput } from "./schema.ts";
import type { Role } from "./scopes.ts";
import { beginAttempt, type CountedFailure, type SignInAttempt } from "./sign-in-attempt.server.ts";
import { patience } from "./sign-in-delays.ts";
import type { SignInPlace } from "./sign-in-place.ts";
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
export async function checkPassword(sink: DenialSink, options: CheckPasswordOptions): Promise<CheckedPerson> {
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
  const masked = account === undefined && { email: maskEmail(email) };
  const attempt =
    options.place &&
    (await beginAttempt(sink.db, { email, userId: account?.id ?? null, place: options.place }));
  if (attempt !== undefined && "waitSeconds" in attempt) {
    const details = { method: "password" as const, reason: "throttled" as const, ...masked };
    await recordDenial(sink, { ...whose, action: "auth.login.failed", details });
    throw tooManyFailures(attempt.waitSeconds);
  }
  const matches = await verifyPassword(options.password, account?.passwordHash ?? null);
  const reason = failureReason(account, membership, matches);
  if (account === undefined || membership === undefined || reason !== undefined) {
    const details = { method: "password" as const, reason: reason ?? "unknown_user", ...masked };
    await recordDenial(sink, { ...whose, action: "auth.login.failed", details });
    for (const counted of attempt?.counted ?? []) await recordLock(sink, whose, counted);
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

type Whose = Pick<AuditEvent, "tenantId" | "actor" | "resource" | "status" | "request">;

/** Once, with the failure that makes the next attempt wait for the first time. An address is nobody's. */
async function recordLock(
  sink: DenialSink,
  whose: Whose,
  { kind, failures, delaySeconds }: CountedFailure,
): Promise<void> {
  if (failures !== patience[kind].failures) return;
  const nobodys: Partial<Whose> = {
    tenantId: SYSTEM_TENANT_ID,
    actor: { kind: "user", id: null, name: null },
    resource: { id: null },
  };
  await recordDenial(sink, {
    ...whose,
    ...(kind === "address" && nobodys),
    action: "auth.account.locked",
    details: { by: kind, failures, seconds: delaySeconds },
  });
}

const suspendedSentence =
  "Your organisation is suspended: nobody can sign in to it for now. Ask whoever runs this service.";

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
