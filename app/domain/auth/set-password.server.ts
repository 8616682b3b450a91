import { eq, sql } from "drizzle-orm";
import type { Tx } from "#db/database.ts";
import type { SessionId, UserId } from "#db/ids.ts";
import { users } from "#db/schema/index.ts";
import type { AuditActor } from "../audit/audit-event.ts";
import { enqueueMail } from "../mail/enqueue-mail.server.ts";
import type { RequestInfo } from "./actor.ts";
import { endSessions } from "./end-sessions.server.ts";
import { voidOneTimeTokens } from "./spend-one-time-token.server.ts";

export interface SetPasswordOptions {
  userId: UserId;
  passwordHash: string;
  /** The session that goes on; undefined: none does. */
  keep: SessionId | undefined;
  actor: AuditActor;
  request: RequestInfo;
}

/**
 * A new password, and the end of what the old one was good for: the person's sessions, and links to yet
 * another password or to another address. They are told by mail. The person is locked by the caller. Gives how many sessions ended.
 */
export async function setPassword(
  tx: Tx,
  { userId, passwordHash, keep, actor, request }: SetPasswordOptions,
): Promise<number> {
  const [user] = await tx
    .update(users)
    .set({ passwordHash, passwordChangedAt: sql`now()` })
    .where(eq(users.id, userId))
    .returning({ email: users.email });
  await voidOneTimeTokens(tx, userId, { purpose: "reset_password" });
  // Whoever knew the old one may have asked for another address.
  await voidOneTimeTokens(tx, userId, { purpose: "verify_email", notTo: user?.email ?? "" });
  const ended = await endSessions(tx, {
    ...{ userId, tenantId: undefined, except: keep, reason: "password_changed", actor, request },
  });
  await enqueueMail(tx, { mail: "password-changed", userId });
  return ended;
}
