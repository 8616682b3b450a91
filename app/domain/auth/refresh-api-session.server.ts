import { and, eq, gt, isNull, sql } from "drizzle-orm";
import type { Tx } from "#db/database.ts";
import type { SessionId, TenantId, UserId } from "#db/ids.ts";
import { refreshTokens, sessions, tenants } from "#db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { AppError } from "../errors.ts";
import type { RequestInfo } from "./actor.ts";
import type { ApiSession } from "./api-session-schema.ts";
import { endSessions } from "./end-sessions.server.ts";
import { type FoundPerson, findPerson } from "./find-person.server.ts";
import { insertRefreshToken } from "./insert-refresh-token.server.ts";
import { digestSecret, isWellFormedRefreshToken } from "./secrets.server.ts";
import { refreshTokenDays, sessionMaxDays } from "./session-lifetime.ts";
import type { ApiSessionService } from "./start-api-session.server.ts";
import { suspendedSentence } from "./suspended-sentence.ts";

interface Renewed extends FoundPerson {
  tenantId: TenantId;
  userId: UserId;
  sessionId: SessionId;
  refreshToken: string;
}

/**
 * Trades a refresh token for the next one and a new access token. It works once: when it comes a
 * second time one of two who have it is not its owner, so that the session, with every token of it, ends
 * (RFC 9700 4.14.2).
 * @throws AppError unauthenticated for whatever does not hold, or holds no more; tenant_suspended to those
 *   alone who have a token of it.
 */
export async function refreshApiSession(
  { db, tokens }: ApiSessionService,
  { refreshToken, request }: { refreshToken: string; request: RequestInfo },
): Promise<ApiSession> {
  const renewed = isWellFormedRefreshToken(refreshToken)
    ? await db.asSystem((tx) => useRefreshToken(tx, digestSecret(refreshToken), request))
    : undefined;
  if (renewed === "tenant_suspended") throw new AppError("tenant_suspended", suspendedSentence);
  if (renewed === undefined) {
    throw new AppError(
      "unauthenticated",
      "This refresh token is not valid: it is unknown, expired, used, or its session has ended. Sign in again.",
    );
  }
  const { user, tenant, ...next } = renewed;
  const { token, expiresIn } = await tokens.issueForSession(next);
  return { user, tenant, accessToken: token, refreshToken: next.refreshToken, expiresIn };
}

/** Gives undefined instead of throwing, since the end of a session has to be committed. */
async function useRefreshToken(
  tx: Tx,
  tokenHash: Buffer,
  request: RequestInfo,
): Promise<Renewed | "tenant_suspended" | undefined> {
  // Unscoped: the token is what names the tenant.
  const [named] = await tx
    .select({
      tenantId: refreshTokens.tenantId,
      sessionId: refreshTokens.sessionId,
      isActive: eq(tenants.status, "active").mapWith(Boolean),
    })
    .from(refreshTokens)
    .innerJoin(tenants, eq(tenants.id, refreshTokens.tenantId))
    .where(eq(refreshTokens.tokenHash, tokenHash));
  if (named === undefined) return undefined;
  // The suspension has ended its session, so there is nothing left to end.
  if (!named.isActive) return "tenant_suspended";
  const { tenantId, sessionId } = named;
  const isSession = and(eq(sessions.tenantId, tenantId), eq(sessions.id, sessionId));
  // Its uses come one after the other from here on. What the one before did is seen by the statements
  // that follow, and only by those: that is why the token was not looked at before.
  const [session] = await tx
    .select({ userId: sessions.userId })
    .from(sessions)
    .where(and(isSession, isNull(sessions.revokedAt), gt(sessions.expiresAt, sql`now()`)))
    .for("no key update");
  const isToken = and(eq(refreshTokens.tenantId, tenantId), eq(refreshTokens.tokenHash, tokenHash));
  const [token] = await tx
    .select({ usedAt: refreshTokens.usedAt, holds: sql<boolean>`${refreshTokens.expiresAt} > now()` })
    .from(refreshTokens)
    .where(isToken);
  if (session === undefined || token === undefined) return undefined;
  const { userId } = session;
  if (token.usedAt !== null) {
    await endReused(tx, { tenantId, sessionId, userId }, request);
    return undefined;
  }
  const found = await findPerson(tx, { tenantId, userId });
  if (!token.holds || found === undefined) return undefined;

  await tx.update(refreshTokens).set({ usedAt: sql`now()` }).where(isToken);
  await tx
    .update(sessions)
    .set({
      lastUsedAt: sql`now()`,
      expiresAt: sql`least(
        now() + make_interval(days => ${refreshTokenDays}),
        ${sessions.createdAt} + make_interval(days => ${sessionMaxDays})
      )`,
    })
    .where(isSession);
  const refreshToken = await insertRefreshToken(tx, { tenantId, sessionId });
  await recordAudit(tx, {
    tenantId,
    actor: { kind: "user", id: userId, name: found.user.name },
    action: "auth.token.refreshed",
    resource: { id: sessionId },
    request,
    details: {},
  });
  return { ...found, tenantId, userId, sessionId, refreshToken };
}

/** Whoever it was, of the two that had the token: neither goes on with what it led to. */
async function endReused(
  tx: Tx,
  { tenantId, sessionId, userId }: { tenantId: TenantId; sessionId: SessionId; userId: UserId },
  request: RequestInfo,
): Promise<void> {
  const actor = { kind: "user", id: userId, name: null } as const;
  await recordAudit(tx, {
    tenantId,
    actor,
    action: "auth.refresh.reused",
    resource: { id: sessionId },
    status: "denied",
    request,
    details: { userId },
  });
  await endSessions(tx, { tenantId, userId, only: sessionId, reason: "refresh_reused", actor, request });
}
