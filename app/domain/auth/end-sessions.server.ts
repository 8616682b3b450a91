import { and, asc, eq, inArray, isNull, ne, sql } from "drizzle-orm";
import type { Tx } from "#db/database.ts";
import type { SessionId, TenantId, UserId } from "#db/ids.ts";
import { memberships, sessions } from "#db/schema/index.ts";
import type { AuditActor } from "../audit/audit-event.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import type { AuditDetails } from "../audit/registry.ts";
import type { RequestInfo } from "./actor.ts";

export interface EndSessionsOptions {
  userId: UserId;
  /** Where; undefined: in every tenant of theirs, for which it takes a transaction of the system role. */
  tenantId: TenantId | undefined;
  /** This one alone. */
  only?: SessionId | undefined;
  /** All but this one. */
  except?: SessionId | undefined;
  reason: AuditDetails<"auth.session.revoked">["reason"];
  actor: AuditActor;
  request: RequestInfo | null;
}

/**
 * Ends a person's sessions, browsers' and API clients', each recorded in its tenant; gives how many.
 * Cookies, access tokens and refresh tokens are worth nothing without their session, and the streams
 * that it opened end. Sessions that have ended already do not count.
 */
export async function endSessions(tx: Tx, options: EndSessionsOptions): Promise<number> {
  const { userId, tenantId, only, except, reason, actor, request } = options;
  const theirTenants = tx
    .select({ tenantId: memberships.tenantId })
    .from(memberships)
    .where(eq(memberships.userId, userId));
  const isTheirs = and(
    eq(sessions.userId, userId),
    tenantId === undefined ? inArray(sessions.tenantId, theirTenants) : eq(sessions.tenantId, tenantId),
    only === undefined ? undefined : eq(sessions.id, only),
    except === undefined ? undefined : ne(sessions.id, except),
    isNull(sessions.revokedAt),
    sql`${sessions.expiresAt} > now()`,
  );
  // Locked in the order of their ids first, as whoever notes their use does.
  await tx
    .select({ id: sessions.id })
    .from(sessions)
    .where(isTheirs)
    .orderBy(asc(sessions.tenantId), asc(sessions.id))
    .for("no key update");
  const ended = await tx
    .update(sessions)
    .set({ revokedAt: sql`now()` })
    .where(isTheirs)
    .returning({ tenantId: sessions.tenantId, id: sessions.id });
  for (const session of ended) {
    await recordAudit(tx, {
      tenantId: session.tenantId,
      actor,
      action: "auth.session.revoked",
      resource: { id: session.id },
      request,
      details: { reason, userId },
    });
  }
  return ended.length;
}
