import { eq, sql } from "drizzle-orm";
import type { Database, Tx } from "#db/database.ts";
import { type MembershipId, newId, newUuid, type TenantId, toUuid, type UserId } from "#db/ids.ts";
import { mailboxes, memberships, tenants, users } from "#db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import type { Plan } from "../catalogue.ts";
import { AppError } from "../errors.ts";
import type { Actor, RequestInfo } from "./actor.ts";
import { normalizeEmail } from "./email.ts";
import { hashPassword } from "./password.server.ts";
import type { Role } from "./scopes.ts";
import { systemActor } from "./system-actor.ts";

export interface CreateTenantOptions {
  name: string;
  /** Lower case, digits and hyphens; unique. */
  slug: string;
  admin: { email: string; name: string; password: string };
  request: RequestInfo | null;
}

export interface CreatedTenant {
  tenantId: TenantId;
  adminId: UserId;
  membershipId: MembershipId;
}

/**
 * Makes a customer: the tenant with its operators' desk, its first admin, and the admin's mailbox.
 * @throws AppError conflict when the slug or the email address is taken.
 */
export async function createTenant(db: Database, options: CreateTenantOptions): Promise<CreatedTenant> {
  // Before the transaction: hashing takes longer than all of it.
  const passwordHash = await hashPassword(options.admin.password);
  return db.asSystem((tx) => insertTenant(tx, { ...options, admin: { ...options.admin, passwordHash } }));
}

export interface InsertTenantOptions extends Omit<CreateTenantOptions, "admin"> {
  admin: { email: string; name: string; passwordHash: string; emailVerified?: boolean };
  /** What it pays for, and since when: the starter plan from now on, unless it is said otherwise. */
  terms?: { plan: Plan; overage: boolean; since: Date };
}

/** `createTenant` on a transaction of the system role. */
export async function insertTenant(
  tx: Tx,
  { name, slug, admin, request, terms }: InsertTenantOptions,
): Promise<CreatedTenant> {
  const tenantId = newId("ten");
  const stored = await tx
    .insert(tenants)
    .values({
      ...{ id: tenantId, name, slug },
      ...(terms && { plan: terms.plan, overage: terms.overage, createdAt: terms.since }),
    })
    .onConflictDoNothing()
    .returning({ id: tenants.id });
  if (stored.length === 0) throw new AppError("conflict", `The name ${slug} is taken.`);
  await tx.insert(mailboxes).values({ tenantId, id: newUuid(), kind: "desk" });
  const actor = systemActor(tenantId, "setup");
  await recordAudit(tx, {
    tenantId,
    actor,
    action: "tenant.created",
    resource: { id: tenantId, name },
    request,
    details: { slug },
  });
  const adminId = await insertUser(tx, actor, { ...admin, platformAdmin: false, request });
  const membershipId = await insertMembership(tx, actor, { userId: adminId, role: "tenant_admin", request });
  return { tenantId, adminId, membershipId };
}

export interface InsertUserOptions {
  email: string;
  name: string;
  passwordHash: string;
  platformAdmin: boolean;
  /** Whether the address is known to be theirs. By default it is: whoever adds a person vouches for it. */
  emailVerified?: boolean;
  request: RequestInfo | null;
}

/**
 * A person, recorded in the tenant of whoever adds them.
 * @throws AppError conflict when the email address is taken.
 */
export async function insertUser(
  tx: Tx,
  actor: Actor,
  { email, name, passwordHash, platformAdmin, emailVerified = true, request }: InsertUserOptions,
): Promise<UserId> {
  const id = newId("usr");
  const stored = await tx
    .insert(users)
    .values({
      ...{ id, email: normalizeEmail(email), name, passwordHash, platformAdmin },
      emailVerifiedAt: emailVerified ? sql`now()` : null,
    })
    .onConflictDoNothing({ target: users.email })
    .returning({ id: users.id });
  if (stored.length === 0) throw new AppError("conflict", "There is an account with this email address.");
  await recordAudit(tx, {
    tenantId: actor.tenantId,
    actor,
    action: "user.created",
    resource: { id, name },
    request,
    details: { platformAdmin },
  });
  return id;
}

/** A person's place in the actor's tenant, with the mailbox that goes with it. */
export async function insertMembership(
  tx: Tx,
  actor: Actor,
  { userId, role, request }: { userId: UserId; role: Role; request: RequestInfo | null },
): Promise<MembershipId> {
  const { tenantId } = actor;
  const id = newId("mem");
  await tx.insert(memberships).values({ tenantId, id, userId, role });
  await tx.insert(mailboxes).values({ tenantId, id: toUuid(id), kind: "member" });
  const [user] = await tx.select({ name: users.name }).from(users).where(eq(users.id, userId));
  await recordAudit(tx, {
    tenantId,
    actor,
    action: "membership.created",
    resource: { id, name: user?.name ?? null },
    request,
    details: { userId, role },
  });
  return id;
}
