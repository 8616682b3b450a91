import { and, eq, isNull, sql } from "drizzle-orm";
import type { Database, Tx } from "#db/database.ts";
import { sessions } from "#db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import type { RequestInfo, UserActor } from "./actor.ts";
import { digestSecret, isWellFormedSessionToken } from "./secrets.server.ts";

/** Ends the person's own session (sign-out). Ending one that has ended does nothing. */
export async function revokeSession(db: Database, actor: UserActor, request: RequestInfo): Promise<void> {
  await db.asTenant(actor.tenantId, async (tx) => {
    const ended = await tx
      .update(sessions)
      .set({ revokedAt: sql`now()` })
      .where(
        and(
          eq(sessions.tenantId, actor.tenantId),
          eq(sessions.id, actor.credential.id),
          isNull(sessions.revokedAt),
        ),
      )
      .returning({ id: sessions.id });
    if (ended.length === 0) return;
    await recordAudit(tx, {
      tenantId: actor.tenantId,
      actor,
      action: "auth.logout",
      resource: { id: actor.credential.id },
      request,
      details: {},
    });
  });
}

/**
 * Ends the session that a sign-in replaces, whosever it was, so that a token planted in the browser
 * before is worth nothing after. Unscoped: the token is what names the tenant.
 */
export async function unsafeRotateSession(tx: Tx, token: string, request: RequestInfo): Promise<void> {
  if (!isWellFormedSessionToken(token)) return;
  const [ended] = await tx
    .update(sessions)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(sessions.tokenHash, digestSecret(token)), isNull(sessions.revokedAt)))
    .returning({ tenantId: sessions.tenantId, id: sessions.id, userId: sessions.userId });
  if (ended === undefined) return;
  await recordAudit(tx, {
    tenantId: ended.tenantId,
    actor: { kind: "user", id: ended.userId, name: null },
    action: "auth.session.revoked",
    resource: { id: ended.id },
    request,
    details: { reason: "rotated" },
  });
}
