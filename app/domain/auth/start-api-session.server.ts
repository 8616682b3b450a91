import type { Database } from "#db/database.ts";
import type { TenantId, UserId } from "#db/ids.ts";
import { AppError } from "../errors.ts";
import type { AccessTokens } from "./access-tokens.server.ts";
import type { RequestInfo } from "./actor.ts";
import type { ApiSession } from "./api-session-schema.ts";
import { createApiSession } from "./create-api-session.server.ts";
import { findPerson } from "./find-person.server.ts";
import { recordSignIn } from "./record-sign-in.server.ts";
import type { SignInAttempt } from "./sign-in-attempt.server.ts";

export interface StartApiSessionOptions {
  userId: UserId;
  tenantId: TenantId;
  userAgent: string | null;
  /** Of the check of their password, if that was it. */
  attempt?: SignInAttempt | undefined;
  request: RequestInfo;
}

/** What signing in over the API takes; a Runtime is one. */
export interface ApiSessionService {
  db: Database;
  tokens: AccessTokens;
}

/**
 * Begins the API session of somebody who has just shown who they are: an access token, and the refresh
 * token that it is renewed with. Both are in the answer and nowhere else.
 * @throws AppError invalid_credentials for who may not come in (any more).
 */
export async function startApiSession(
  { db, tokens }: ApiSessionService,
  { userId, tenantId, userAgent, attempt, request }: StartApiSessionOptions,
): Promise<ApiSession> {
  const { session, user, tenant } = await db.asSystem(async (tx) => {
    const found = await findPerson(tx, { tenantId, userId });
    if (found === undefined)
      throw new AppError("invalid_credentials", "That email address and password do not match an account.");
    const session = await createApiSession(tx, { tenantId, userId, userAgent, ipHash: request.ipHash });
    const { name, role } = found.user;
    await recordSignIn(tx, {
      person: { userId, tenantId, name, role, attempt },
      sessionId: session.id,
      client: "api",
      request,
    });
    return { session, ...found };
  });
  // After the transaction: signing may need a connection of its own.
  const { token, expiresIn } = await tokens.issueForSession({ tenantId, userId, sessionId: session.id });
  return { user, tenant, accessToken: token, refreshToken: session.refreshToken, expiresIn };
}
