import type { Database } from "#db/database.ts";
import type { SessionId, TenantId, UserId } from "#db/ids.ts";
import type { RequestInfo } from "./actor.ts";
import type { CheckedPerson } from "./check-password.server.ts";
import { createSession } from "./create-session.server.ts";
import { recordSignIn } from "./record-sign-in.server.ts";
import { unsafeRotateSession } from "./revoke-session.server.ts";

export interface BeginSessionOptions {
  userAgent: string | null;
  /** The session token that the browser came with, if any: it ends here. */
  replacedToken: string | undefined;
  request: RequestInfo;
}

export interface SignedIn {
  /** For the cookie. */
  token: string;
  sessionId: SessionId;
  userId: UserId;
  tenantId: TenantId;
}

/** Begins the browser session of somebody who has just shown who they are. */
export async function beginSession(
  db: Database,
  person: CheckedPerson,
  { userAgent, replacedToken, request }: BeginSessionOptions,
): Promise<SignedIn> {
  const { userId, tenantId } = person;
  return db.asSystem(async (tx) => {
    if (replacedToken !== undefined) await unsafeRotateSession(tx, replacedToken, request);
    const session = await createSession(tx, { tenantId, userId, userAgent, ipHash: request.ipHash });
    await recordSignIn(tx, { person, sessionId: session.id, client: "browser", request });
    return { token: session.token, sessionId: session.id, userId, tenantId };
  });
}
