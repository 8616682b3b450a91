import { and, eq } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import type { MembershipId } from "#db/ids.ts";
import { memberships } from "#db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import type { Actor, RequestInfo } from "./actor.ts";
import { endSessions } from "./end-sessions.server.ts";
import { lockMember, requireOtherAdmin } from "./lock-members.server.ts";
import type { Role } from "./scopes.ts";

/**
 * Ends a person's membership and their sessions here; what they have in other tenants stays. Escalations
 * that they held are anybody's again. Their mailbox stays with its messages, since conversations are
 * made of them, and takes no more: a former member is no recipient.
 * @throws AppError not_found; conflict for the only admin; forbidden for a role above the actor's own.
 */
export async function removeMember(
  db: Database,
  actor: Actor,
  membershipId: MembershipId,
  request: RequestInfo,
): Promise<void> {
  const { tenantId } = actor;
  await db.asTenant(tenantId, async (tx) => {
    const member = await lockMember(tx, actor, membershipId);
    await requireOtherAdmin(tx, actor, member);
    const { userId, name, role } = member;
    // By themselves they would go with the membership, and without a record.
    await endSessions(tx, { userId, tenantId, reason: "membership_ended", actor, request });
    await tx
      .delete(memberships)
      .where(and(eq(memberships.tenantId, tenantId), eq(memberships.id, membershipId)));
    await recordAudit(tx, {
      tenantId,
      actor,
      action: "membership.removed",
      resource: { id: membershipId, name },
      request,
      details: { userId, role: role as Role },
    });
  });
}
