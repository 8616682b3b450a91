import { asc, desc, eq } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { SYSTEM_TENANT_ID, type TenantId, type UserId } from "#db/ids.ts";
import { memberships, tenants, users } from "#db/schema/index.ts";
import { type DenialSink, recordDenial } from "../audit/record-denial.server.ts";
import { AppError } from "../errors.ts";
import type { RequestInfo } from "./actor.ts";
import { maskEmail, normalizeEmail } from "./email.ts";
import { verifyPassword } from "./password.server.ts";
import type { SignInInput } from "./schema.ts";
import type { Role } from "./scopes.ts";

export interface CheckPasswordOptions extends SignInInput {
  /** Where to; without it the person's oldest tenant, a customer's before the system's. */
  tenantId?: TenantId | undefined;
  request: RequestInfo;
}

/** Somebody whose password was right, and the tenant that they sign in to. */
export interface CheckedPerson {
  userId: UserId;
  name: string;
  tenantId: TenantId;
  role: Role;
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
 * alone whose password was right.
 * @throws AppError invalid_credentials, tenant_suspended.
 */
export async function checkPassword(sink: DenialSink, options: CheckPasswordOptions): Promise<CheckedPerson> {
  const email = normalizeEmail(options.email);
  const account = await findAccount(sink.db, email);
  const membership = membershipIn(account, options.tenantId);
  const matches = await verifyPassword(options.password, account?.passwordHash ?? null);
  const reason = failureReason(account, membership, matches);
  if (account === undefined || membership === undefined || reason !== undefined) {
    await recordDenial(sink, {
      tenantId: (membership ?? account?.memberships[0])?.tenantId ?? SYSTEM_TENANT_ID,
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
    if (reason === "tenant_suspended") throw new AppError("tenant_suspended", suspendedSentence);
    throw new AppError("invalid_credentials", "That email address and password do not match an account.");
  }
  const { tenantId, role } = membership;
  return { userId: account.id, name: account.name, tenantId, role };
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
