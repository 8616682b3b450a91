import { and, eq, sql } from "drizzle-orm";
import type { Tx } from "#db/database.ts";
import { newId, type SessionId, type TenantId } from "#db/ids.ts";
import { refreshTokens, sessions } from "#db/schema/index.ts";
import { digestSecret, generateRefreshToken } from "./secrets.server.ts";

export interface InsertRefreshTokenOptions {
  tenantId: TenantId;
  sessionId: SessionId;
}

/** Adds a session's next refresh token, which ends with it, and gives it; only a digest is stored. */
export async function insertRefreshToken(
  tx: Tx,
  { tenantId, sessionId }: InsertRefreshTokenOptions,
): Promise<string> {
  const token = generateRefreshToken();
  const session = tx
    .select({ expiresAt: sessions.expiresAt })
    .from(sessions)
    .where(and(eq(sessions.tenantId, tenantId), eq(sessions.id, sessionId)));
  await tx.insert(refreshTokens).values({
    ...{ tenantId, sessionId, id: newId("rft") },
    tokenHash: digestSecret(token),
    expiresAt: sql`${session}`,
  });
  return token;
}
