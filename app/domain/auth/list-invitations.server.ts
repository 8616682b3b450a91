import { and, desc, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { Database, Tx } from "#db/database.ts";
import type { InvitationId } from "#db/ids.ts";
import { invitations, users } from "#db/schema/index.ts";
import type { Actor } from "./actor.ts";
import { type InvitationView, maxOpenInvitations } from "./invitation-schema.ts";
import type { Role } from "./scopes.ts";

/** Neither accepted nor revoked. */
export const isOpenInvitation = and(isNull(invitations.acceptedAt), isNull(invitations.revokedAt));

/** The tenant's open invitations, the latest first; those that have expired too, since they can be sent again. */
export const listInvitations = (db: Database, actor: Actor): Promise<InvitationView[]> =>
  db.asTenant(actor.tenantId, (tx) => findInvitations(tx, actor, isOpenInvitation), { readOnly: true });

/** Those of the tenant that are meant, on the caller's transaction. */
export async function findInvitations(
  tx: Tx,
  { tenantId }: Actor,
  which: SQL | undefined,
): Promise<InvitationView[]> {
  const rows = await tx
    .select({
      id: invitations.id,
      email: invitations.email,
      role: invitations.role,
      invitedBy: invitations.invitedBy,
      inviterName: users.name,
      createdAt: invitations.createdAt,
      sentAt: invitations.sentAt,
      expiresAt: invitations.expiresAt,
      isExpired: sql<boolean>`${invitations.expiresAt} <= now()`,
    })
    .from(invitations)
    // As the tenant role this finds members only.
    .leftJoin(users, eq(users.id, invitations.invitedBy))
    .where(and(eq(invitations.tenantId, tenantId), which))
    .orderBy(desc(invitations.id))
    .limit(maxOpenInvitations);
  return rows.map(({ invitedBy, inviterName, ...row }) => ({
    ...row,
    role: row.role as Role,
    invitedBy: invitedBy === null || inviterName === null ? null : { id: invitedBy, name: inviterName },
    createdAt: row.createdAt.toISOString(),
    sentAt: row.sentAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  }));
}

/** One that is there, on the caller's transaction. */
export async function readInvitation(tx: Tx, actor: Actor, id: InvitationId): Promise<InvitationView> {
  const [found] = await findInvitations(tx, actor, eq(invitations.id, id));
  if (found === undefined) throw new Error(`The invitation ${id} is not there`);
  return found;
}
