import { and, eq, sql } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import type { SessionId } from "#db/ids.ts";
import { memberships, sessions } from "#db/schema/index.ts";
import { notFound } from "../errors.ts";
import type { Actor, RequestInfo, UserActor } from "./actor.ts";
import { endSessions } from "./end-sessions.server.ts";

/**
 * Ends one session: a person's own in whichever tenant, or, with `members:write`, anybody's in the
 * actor's tenant. One that has ended stays so and is not recorded again. As the system role, since a
 * person's sessions are in several tenants; each is looked for only where the actor belongs.
 * @throws AppError not_found, also for a session that is somebody else's to end.
 */
export async function endListedSession(
  db: Database,
  actor: Actor,
  sessionId: SessionId,
  request: RequestInfo,
): Promise<void> {
  await db.asSystem(async (tx) => {
    const isHere = eq(sessions.tenantId, actor.tenantId);
    const mayManage = actor.scopes.has("members:write") ? isHere : sql`false`;
    const [session] = await tx
      .select({ tenantId: sessions.tenantId, userId: sessions.userId })
      .from(sessions)
      .where(
        and(
          eq(sessions.id, sessionId),
          actor.kind === "user"
            ? sql`${sessions.tenantId} in (
                select ${memberships.tenantId} from ${memberships} where ${eq(memberships.userId, actor.id)}
              ) and (${eq(sessions.userId, actor.id)} or ${mayManage})`
            : mayManage,
        ),
      );
    if (session === undefined) throw notFound("session");
    await endSessions(tx, { ...session, only: sessionId, reason: "revoked", actor, request });
  });
}

/** Ends a person's own sessions in every tenant but the one that asks; gives how many. */
export const endOtherSessions = (db: Database, actor: UserActor, request: RequestInfo): Promise<number> =>
  db.asSystem((tx) =>
    endSessions(tx, {
      userId: actor.id,
      tenantId: undefined,
      except: actor.credential.id,
      reason: "revoked",
      actor,
      request,
    }),
  );
