import { and, eq, isNull, sql } from "drizzle-orm";
import type { Database, Tx } from "#db/database.ts";
import type { TenantId, UserId } from "#db/ids.ts";
import { invitations, memberships, tenants, users } from "#db/schema/index.ts";
import type { AuditActor } from "../audit/audit-event.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { AppError } from "../errors.ts";
import type { RequestInfo, UserActor } from "./actor.ts";
import type { BeginSessionOptions } from "./begin-session.server.ts";
import { createSession } from "./create-session.server.ts";
import { insertMembership, insertUser } from "./create-tenant.server.ts";
import {
  type FoundInvitation,
  requireOpenInvitation,
  unsafeFindInvitation,
  unsafeReadInvitation,
} from "./find-invitation.server.ts";
import type { NewPerson } from "./invitation-schema.ts";
import { hashPassword } from "./password.server.ts";
import { requireGoodPassword } from "./password-rules.ts";
import { recordSignIn } from "./record-sign-in.server.ts";
import { unsafeRotateSession } from "./revoke-session.server.ts";
import type { Role } from "./scopes.ts";
import { moveSession } from "./switch-tenant.server.ts";
import { systemActor } from "./system-actor.ts";

/** What the browser keeps from now on. */
export interface Joined {
  tenantId: TenantId;
  /** For the cookie; undefined where the session that they have goes on. */
  token: string | undefined;
}

/**
 * Makes the account of somebody who was invited and had none, with their membership, and signs them in. That
 * the link reached them is what says that the address is theirs.
 * @throws AppError not_found; conflict for an invitation that is not open, or an address that has an account;
 * invalid_input for a password that is no good.
 */
export async function joinAsNewPerson(
  db: Database,
  { token, name, password }: NewPerson,
  { userAgent, replacedToken, request }: BeginSessionOptions,
): Promise<Joined> {
  const shown = requireOpenInvitation(await unsafeReadInvitation(db, token));
  requireGoodPassword(password, { ...shown, name }, "password");
  // Before the transaction: hashing takes longer than all of it.
  const passwordHash = await hashPassword(password);
  return db.asSystem(async (tx) => {
    const invitation = await lockInvitation(tx, token);
    const { tenantId, role, email } = invitation;
    const actor = systemActor(tenantId, "invitation");
    const userId = await insertUser(tx, actor, {
      email,
      name,
      passwordHash,
      platformAdmin: false,
      request,
    });
    await insertMembership(tx, actor, { userId, role, request });
    await closeInvitation(tx, invitation, { kind: "user", id: userId, name }, userId, request);
    if (replacedToken !== undefined) await unsafeRotateSession(tx, replacedToken, request);
    const session = await createSession(tx, { tenantId, userId, userAgent, ipHash: request.ipHash });
    const person = { userId, name, tenantId, role };
    await recordSignIn(tx, { person, sessionId: session.id, client: "browser", request });
    return { tenantId, token: session.token };
  });
}

/**
 * Makes somebody who is signed in, and whose address was invited, a member, and takes them there.
 * @throws AppError not_found; conflict for an invitation that is not open; forbidden for another's address.
 */
export function joinAsPerson(
  db: Database,
  actor: UserActor,
  { token, userAgent }: { token: string; userAgent: string | null },
  request: RequestInfo,
): Promise<Joined> {
  return db.asSystem(async (tx) => {
    const invitation = await lockInvitation(tx, token);
    const { tenantId } = invitation;
    if (invitation.accountId !== actor.id)
      throw new AppError("forbidden", "This invitation is for somebody else. Sign in as them to accept it.");
    const role = await joinOnce(tx, { ...actor, tenantId }, invitation, request);
    await closeInvitation(tx, invitation, actor, actor.id, request);
    await tx
      .update(users)
      .set({ emailVerifiedAt: sql`now()` })
      .where(and(eq(users.id, actor.id), isNull(users.emailVerifiedAt)));
    if (tenantId === actor.tenantId) return { tenantId, token: undefined };
    const session = await moveSession(tx, actor, { tenantId, role, userAgent }, request);
    return { tenantId, token: session.token };
  });
}

/** The invitation, open and held so, in the order in which whoever manages members locks. */
async function lockInvitation(tx: Tx, token: string): Promise<FoundInvitation> {
  const { tenantId } = requireOpenInvitation(await unsafeFindInvitation(tx, token));
  await tx.select({ id: tenants.id }).from(tenants).where(eq(tenants.id, tenantId)).for("no key update");
  return requireOpenInvitation(await unsafeFindInvitation(tx, token));
}

/** Somebody may have become a member otherwise since they were invited: then their role stays. */
async function joinOnce(
  tx: Tx,
  actor: UserActor,
  { role }: FoundInvitation,
  request: RequestInfo,
): Promise<Role> {
  const [membership] = await tx
    .select({ role: memberships.role })
    .from(memberships)
    .where(and(eq(memberships.tenantId, actor.tenantId), eq(memberships.userId, actor.id)));
  if (membership !== undefined) return membership.role as Role;
  await insertMembership(tx, actor, { userId: actor.id, role, request });
  return role;
}

async function closeInvitation(
  tx: Tx,
  { tenantId, id, email, role }: FoundInvitation,
  actor: AuditActor,
  userId: UserId,
  request: RequestInfo,
): Promise<void> {
  await tx
    .update(invitations)
    .set({ acceptedAt: sql`now()`, acceptedBy: userId })
    .where(and(eq(invitations.tenantId, tenantId), eq(invitations.id, id)));
  await recordAudit(tx, {
    ...{ tenantId, actor, request },
    action: "invitation.accepted",
    resource: { id, name: email },
    details: { userId, role },
  });
}
