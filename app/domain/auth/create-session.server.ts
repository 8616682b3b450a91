import { sql } from "drizzle-orm";
import type { Tx } from "#db/database.ts";
import { newId, type SessionId, type TenantId, type UserId } from "#db/ids.ts";
import { sessions } from "#db/schema/index.ts";
import { digestSecret, generateSessionToken } from "./secrets.server.ts";
import { sessionIdleDays, sessionMaxDays } from "./session-lifetime.ts";

export interface CreateSessionOptions {
  tenantId: TenantId;
  userId: UserId;
  userAgent: string | null;
  ipHash: Buffer | null;
  /** Where it goes on from another of the person's: when that one began, since the two together last no longer than one. */
  startedAt?: Date | undefined;
}

/** Begins a session. Its token goes into the cookie and is nowhere else: only a digest is stored. */
export async function createSession(
  tx: Tx,
  { tenantId, userId, userAgent, ipHash, startedAt }: CreateSessionOptions,
): Promise<{ id: SessionId; token: string }> {
  const id = newId("ses");
  const token = generateSessionToken();
  await tx.insert(sessions).values({
    tenantId,
    id,
    userId,
    tokenHash: digestSecret(token),
    ...(startedAt && { createdAt: startedAt }),
    expiresAt: sql`least(
      now() + make_interval(days => ${sessionIdleDays}),
      coalesce(${startedAt?.toISOString() ?? null}::timestamptz, now()) + make_interval(days => ${sessionMaxDays})
    )`,
    userAgent: userAgent?.slice(0, 400) ?? null,
    ipHash,
  });
  return { id, token };
}
