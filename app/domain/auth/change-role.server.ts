import { and, eq } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import type { MembershipId } from "#db/ids.ts";
import { memberships } from "#db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { AppError } from "../errors.ts";
import type { Actor, RequestInfo } from "./actor.ts";
import { lockMember, requireOtherAdmin, requireRoleWithin } from "./lock-members.server.ts";
import type { ChangeRole, MemberView } from "./member-schema.ts";
import { toMemberView } from "./member-view.server.ts";
import { type Role, roles } from "./scopes.ts";

/**
 * Gives a member another role, which their next request is judged by. The role that they have is no
 * change and not recorded.
 * @throws AppError not_found; conflict for the only admin; forbidden for a role above the actor's own.
 */
export function changeRole(
  db: Database,
  actor: Actor,
  membershipId: MembershipId,
  { role }: ChangeRole,
  request: RequestInfo,
): Promise<MemberView> {
  const { tenantId } = actor;
  return db.asTenant(tenantId, async (tx) => {
    const member = await lockMember(tx, actor, membershipId);
    if (member.role === role) return toMemberView(member);
    requireRoleWithin(actor, role);
    if (actor.kind === "user" && actor.membershipId === membershipId && isAbove(role, member.role as Role))
      throw new AppError("forbidden", "Nobody gives themselves a higher role.");
    await requireOtherAdmin(tx, actor, member);
    await tx
      .update(memberships)
      .set({ role })
      .where(and(eq(memberships.tenantId, tenantId), eq(memberships.id, membershipId)));
    await recordAudit(tx, {
      tenantId,
      actor,
      action: "membership.role.changed",
      resource: { id: membershipId, name: member.name },
      request,
      details: { userId: member.userId, role: { from: member.role, to: role } },
    });
    return toMemberView({ ...member, role });
  });
}

/** `roles` has the highest first. */
const isAbove = (role: Role, other: Role): boolean => roles.indexOf(role) < roles.indexOf(other);
