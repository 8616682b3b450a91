import { and, eq, isNull } from "drizzle-orm";
import type { Database, Tx } from "#db/database.ts";
import type { SessionId, TenantId } from "#db/ids.ts";
import { memberships, sessions, tenants } from "#db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { AppError, notFound } from "../errors.ts";
import type { RequestInfo, UserActor } from "./actor.ts";
import { createSession } from "./create-session.server.ts";
import { endSessions } from "./end-sessions.server.ts";
import type { Role } from "./scopes.ts";

export interface SwitchTenantOptions {
  /** Where to. */
  tenantId: TenantId;
  userAgent: string | null;
}

/**
 * Takes a person's browser to another organisation of theirs: their session here ends and one there
 * begins, which lasts no longer than the first would have.
 * @throws AppError not_found where they are no member, or that is suspended; forbidden for an API client.
 */
export function switchTenant(
  db: Database,
  actor: UserActor,
  { tenantId, userAgent }: SwitchTenantOptions,
  request: RequestInfo,
): Promise<{ id: SessionId; token: string }> {
  return db.asSystem(async (tx) => {
    const [membership] = await tx
      .select({ role: memberships.role })
      .from(memberships)
      .innerJoin(tenants, eq(tenants.id, memberships.tenantId))
      .where(
        and(
          eq(memberships.userId, actor.id),
          eq(memberships.tenantId, tenantId),
          eq(tenants.status, "active"),
        ),
      );
    if (membership === undefined) throw notFound("organisation");
    const role = membership.role as Role;
    return moveSession(tx, actor, { tenantId, role, userAgent }, request);
  });
}

/** Ends the person's session here and begins one there, on a transaction of the system role. */
export async function moveSession(
  tx: Tx,
  actor: UserActor,
  { tenantId, role, userAgent }: SwitchTenantOptions & { role: Role },
  request: RequestInfo,
): Promise<{ id: SessionId; token: string }> {
  const [before] = await tx
    .select({ kind: sessions.kind, startedAt: sessions.createdAt })
    .from(sessions)
    .where(
      and(
        eq(sessions.tenantId, actor.tenantId),
        eq(sessions.id, actor.credential.id),
        isNull(sessions.revokedAt),
      ),
    )
    .for("no key update");
  if (before === undefined) throw new AppError("unauthenticated", "This session has ended.");
  if (before.kind !== "browser")
    throw new AppError("forbidden", "An API client signs in to each organisation, with its tenantId.");
  await endSessions(tx, {
    userId: actor.id,
    tenantId: actor.tenantId,
    only: actor.credential.id,
    reason: "rotated",
    actor,
    request,
  });
  const session = await createSession(tx, {
    tenantId,
    userId: actor.id,
    userAgent,
    ipHash: request.ipHash,
    startedAt: before.startedAt,
  });
  await recordAudit(tx, {
    tenantId,
    actor,
    action: "auth.tenant.switched",
    resource: { id: session.id },
    request,
    details: { role },
  });
  return session;
}
