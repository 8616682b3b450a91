import { and, count, eq, gt, sql } from "drizzle-orm";
import type { Tx } from "#db/database.ts";
import { newId } from "#db/ids.ts";
import { invitations, memberships, users } from "#db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { AppError } from "../errors.ts";
import { enqueueMail } from "../mail/enqueue-mail.server.ts";
import type { Actor, RequestInfo } from "./actor.ts";
import { normalizeEmail } from "./email.ts";
import {
  type InvitationView,
  type Invite,
  maxInvitationsPerDay,
  maxOpenInvitations,
} from "./invitation-schema.ts";
import { findInvitations, isOpenInvitation, readInvitation } from "./list-invitations.server.ts";
import { lockMembers, requireRoleWithin } from "./lock-members.server.ts";
import { isItsPerson } from "./member-view.server.ts";
import { sendAgain } from "./resend-invitation.server.ts";
import { endInvitation } from "./revoke-invitation.server.ts";
import { type InvitationService, stampInvitation } from "./stamp-invitation.server.ts";

/**
 * Asks somebody by mail to join the actor's tenant with a role. An invitation of theirs that is open is sent
 * again, or, where it has another role, replaced.
 * @throws AppError conflict for a member, or with too many open ones; rate_limited; forbidden for a role
 * above the actor's own.
 */
export function invitePerson(
  { db, linkTokens }: InvitationService,
  actor: Actor,
  { email: typed, role }: Invite,
  request: RequestInfo,
): Promise<InvitationView> {
  const { tenantId } = actor;
  const email = normalizeEmail(typed);
  return db.asTenant(tenantId, async (tx) => {
    await lockMembers(tx, actor);
    requireRoleWithin(actor, role);
    await refuseMember(tx, actor, email);
    const [open] = await findInvitations(tx, actor, and(isOpenInvitation, eq(invitations.email, email)));
    if (open?.role === role) return sendAgain(tx, linkTokens, actor, open, request);
    if (open !== undefined) await endInvitation(tx, actor, open, request);
    await refuseTooMany(tx, actor);

    const id = newId("inv");
    await tx.insert(invitations).values({
      ...{ tenantId, id, email, role },
      ...(await stampInvitation(tx, linkTokens, id)),
      invitedBy: actor.kind === "user" ? actor.id : null,
    });
    await recordAudit(tx, {
      ...{ tenantId, actor, request },
      action: "invitation.created",
      resource: { id, name: email },
      details: { email, role },
    });
    await enqueueMail(tx, { mail: "invitation", tenantId, invitationId: id });
    return readInvitation(tx, actor, id);
  });
}

async function refuseMember(tx: Tx, { tenantId }: Actor, email: string): Promise<void> {
  const [member] = await tx
    .select({ name: users.name })
    .from(memberships)
    .innerJoin(users, isItsPerson)
    .where(and(eq(memberships.tenantId, tenantId), eq(users.email, email)));
  if (member !== undefined) throw new AppError("conflict", `${member.name} (${email}) is a member already.`);
}

/** An organisation is no way to write to any number of strangers. */
async function refuseTooMany(tx: Tx, { tenantId }: Actor): Promise<void> {
  const [counted] = await tx
    .select({
      open: sql<number>`count(*) filter (where ${isOpenInvitation})`.mapWith(Number),
      lately: count(sql`case when ${gt(invitations.createdAt, sql`now() - interval '1 day'`)} then 1 end`),
    })
    .from(invitations)
    .where(eq(invitations.tenantId, tenantId));
  const { open = 0, lately = 0 } = counted ?? {};
  if (open >= maxOpenInvitations)
    throw new AppError(
      "conflict",
      `${maxOpenInvitations} invitations are open, which is as many as there can be. Revoke those that nobody will accept.`,
    );
  if (lately >= maxInvitationsPerDay)
    throw new AppError(
      "rate_limited",
      "Your organisation has invited very many people today. Go on tomorrow.",
      {
        retryAfterSeconds: 3_600,
      },
    );
}
