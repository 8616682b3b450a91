import { sql } from "drizzle-orm";
import type { Tx } from "#db/database.ts";
import { newId, type SessionId } from "#db/ids.ts";
import { sessions } from "#db/schema/index.ts";
import type { CreateSessionOptions } from "./create-session.server.ts";
import { insertRefreshToken } from "./insert-refresh-token.server.ts";
import { refreshTokenDays } from "./session-lifetime.ts";

/** Begins a session of a client that signs in over the API, with its first refresh token. */
export async function createApiSession(
  tx: Tx,
  { tenantId, userId, userAgent, ipHash }: CreateSessionOptions,
): Promise<{ id: SessionId; refreshToken: string }> {
  const id = newId("ses");
  await tx.insert(sessions).values({
    ...{ tenantId, id, userId, ipHash, kind: "api" },
    expiresAt: sql`now() + make_interval(days => ${refreshTokenDays})`,
    userAgent: userAgent?.slice(0, 400) ?? null,
  });
  return { id, refreshToken: await insertRefreshToken(tx, { tenantId, sessionId: id }) };
}
