import { and, eq, sql } from "drizzle-orm";
import type { Database, Tx } from "#db/database.ts";
import type { InvitationId } from "#db/ids.ts";
import { invitations } from "#db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { notFound } from "../errors.ts";
import type { Actor, RequestInfo } from "./actor.ts";
import { findInvitations, isOpenInvitation } from "./list-invitations.server.ts";
import { lockMembers } from "./lock-members.server.ts";

/**
 * Takes an open invitation back: its link says so from now on.
 * @throws AppError not_found, also for one that was accepted or revoked.
 */
export function revokeInvitation(
  db: Database,
  actor: Actor,
  invitationId: InvitationId,
  request: RequestInfo,
): Promise<void> {
  return db.asTenant(actor.tenantId, async (tx) => {
    await lockMembers(tx, actor);
    const [open] = await findInvitations(tx, actor, and(isOpenInvitation, eq(invitations.id, invitationId)));
    if (open === undefined) throw notFound("invitation");
    await endInvitation(tx, actor, open, request);
  });
}

/** `revokeInvitation` on the caller's transaction, which holds `lockMembers`'s lock. */
export async function endInvitation(
  tx: Tx,
  actor: Actor,
  { id, email }: { id: InvitationId; email: string },
  request: RequestInfo,
): Promise<void> {
  const { tenantId } = actor;
  const ended = await tx
    .update(invitations)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(invitations.tenantId, tenantId), eq(invitations.id, id), isOpenInvitation))
    .returning({ id: invitations.id });
  // Accepted in the meantime.
  if (ended.length === 0) throw notFound("invitation");
  await recordAudit(tx, {
    ...{ tenantId, actor, request },
    action: "invitation.revoked",
    resource: { id, name: email },
    details: { email },
  });
}
