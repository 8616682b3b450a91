import { and, count, eq, isNull, ne } from "drizzle-orm";
import type { Tx } from "#db/database.ts";
import type { MembershipId } from "#db/ids.ts";
import { memberships, tenants, users } from "#db/schema/index.ts";
import { AppError, notFound } from "../errors.ts";
import type { Actor } from "./actor.ts";
import { isItsPerson, type MemberRow, memberColumns } from "./member-view.server.ts";
import { type Role, roleNames, scopesOfRole } from "./scopes.ts";

/**
 * Holds who belongs to the tenant, or is asked to, as it is until the transaction ends: two admins who
 * would end each other do so one after the other, and the second finds what the first has made.
 * @throws AppError forbidden when the actor has lost the right by now.
 */
export async function lockMembers(tx: Tx, actor: Actor): Promise<void> {
  await tx
    .select({ id: tenants.id })
    .from(tenants)
    .where(eq(tenants.id, actor.tenantId))
    .for("no key update");
  await requireStillManager(tx, actor);
}

/**
 * The member, under `lockMembers`'s lock.
 * @throws AppError not_found; forbidden when the actor has lost the right by now, or is not above the member.
 */
export async function lockMember(tx: Tx, actor: Actor, membershipId: MembershipId): Promise<MemberRow> {
  const { tenantId } = actor;
  await lockMembers(tx, actor);
  const [member] = await tx
    .select(memberColumns)
    .from(memberships)
    .innerJoin(users, isItsPerson)
    .where(and(eq(memberships.tenantId, tenantId), eq(memberships.id, membershipId)));
  if (member === undefined) throw notFound("member");
  requireRoleWithin(actor, member.role as Role);
  return member;
}

/** What the request was let in with may have been taken away while it waited for the lock. */
async function requireStillManager(tx: Tx, actor: Actor): Promise<void> {
  if (actor.kind !== "user") return;
  const [own] = await tx
    .select({ role: memberships.role })
    .from(memberships)
    .where(and(eq(memberships.tenantId, actor.tenantId), eq(memberships.id, actor.membershipId)));
  if (own === undefined || !scopesOfRole[own.role as Role].includes("members:write"))
    throw new AppError("forbidden", "Your role has changed, and does not include this any more.");
}

/**
 * Nobody gives, changes or ends a role with a right that they lack: a key that may manage members
 * makes no admin of anybody.
 * @throws AppError forbidden.
 */
export function requireRoleWithin(actor: Actor, role: Role): void {
  const excess = scopesOfRole[role].filter((scope) => !actor.scopes.has(scope));
  if (excess.length > 0)
    throw new AppError(
      "forbidden",
      `The role ${roleNames[role]} includes what you may not do yourself: ${excess.join(", ")}.`,
    );
}

/**
 * Makes sure that the tenant keeps an admin without this one. To be asked under `lockMember`'s lock.
 * @throws AppError conflict.
 */
export async function requireOtherAdmin(tx: Tx, { tenantId }: Actor, member: MemberRow): Promise<void> {
  if (member.role !== "tenant_admin") return;
  const [others] = await tx
    .select({ admins: count() })
    .from(memberships)
    .innerJoin(users, isItsPerson)
    .where(
      and(
        eq(memberships.tenantId, tenantId),
        eq(memberships.role, "tenant_admin"),
        ne(memberships.id, member.id),
        isNull(users.disabledAt),
      ),
    );
  if ((others?.admins ?? 0) === 0)
    throw new AppError("conflict", `${member.name} is the only admin. Make somebody else an admin first.`);
}
