import { and, eq } from "drizzle-orm";
import type { Tx } from "#db/database.ts";
import type { InvitationId } from "#db/ids.ts";
import { invitations } from "#db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { AppError, notFound } from "../errors.ts";
import { enqueueMail } from "../mail/enqueue-mail.server.ts";
import type { LinkTokens } from "../mail/link-tokens.server.ts";
import type { Actor, RequestInfo } from "./actor.ts";
import { type InvitationView, resendAfterSeconds } from "./invitation-schema.ts";
import { findInvitations, isOpenInvitation, readInvitation } from "./list-invitations.server.ts";
import { lockMembers, requireRoleWithin } from "./lock-members.server.ts";
import { type InvitationService, stampInvitation } from "./stamp-invitation.server.ts";

/**
 * Sends an open invitation again: it is open for seven days from now, and the link of before is void.
 * @throws AppError not_found, also for one that was accepted or revoked; rate_limited soon after it was sent.
 */
export function resendInvitation(
  { db, linkTokens }: InvitationService,
  actor: Actor,
  invitationId: InvitationId,
  request: RequestInfo,
): Promise<InvitationView> {
  return db.asTenant(actor.tenantId, async (tx) => {
    await lockMembers(tx, actor);
    const [open] = await findInvitations(tx, actor, and(isOpenInvitation, eq(invitations.id, invitationId)));
    if (open === undefined) throw notFound("invitation");
    requireRoleWithin(actor, open.role);
    return sendAgain(tx, linkTokens, actor, open, request);
  });
}

/** `resendInvitation` on the caller's transaction, which holds `lockMembers`'s lock. */
export async function sendAgain(
  tx: Tx,
  linkTokens: LinkTokens,
  actor: Actor,
  { id, email, sentAt }: InvitationView,
  request: RequestInfo,
): Promise<InvitationView> {
  const { tenantId } = actor;
  const stamp = await stampInvitation(tx, linkTokens, id);
  const ageSeconds = (stamp.sentAt.getTime() - Date.parse(sentAt)) / 1_000;
  if (ageSeconds < resendAfterSeconds)
    throw new AppError("rate_limited", `This invitation was sent a moment ago. Wait a few minutes.`, {
      retryAfterSeconds: Math.ceil(resendAfterSeconds - ageSeconds),
    });
  await tx
    .update(invitations)
    .set(stamp)
    .where(and(eq(invitations.tenantId, tenantId), eq(invitations.id, id)));
  await recordAudit(tx, {
    ...{ tenantId, actor, request },
    action: "invitation.resent",
    resource: { id, name: email },
    details: { email },
  });
  await enqueueMail(tx, { mail: "invitation", tenantId, invitationId: id });
  return readInvitation(tx, actor, id);
}
