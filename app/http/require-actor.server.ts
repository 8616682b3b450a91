import type { AppLoadContext } from "@remix-run/node";
import { recordDenial } from "#app/domain/audit/record-denial.server.ts";
import { scrubLabel } from "#app/domain/audit/scrub-details.ts";
import type { Actor, UserActor } from "#app/domain/auth/actor.ts";
import type { Scope } from "#app/domain/auth/scopes.ts";
import { apiKeyPrefix } from "#app/domain/auth/secrets.server.ts";
import { AppError } from "#app/domain/errors.ts";
import { countActor, countStranger } from "./rate-limit.server.ts";
import { requestInfoOf } from "./request-context.server.ts";
import { readSessionToken } from "./session-cookie.server.ts";

export interface RequireActorOptions {
  /** What the actor must be allowed to do; undefined: only that there is one. */
  scope: Scope | undefined;
}

const bearerOf = (authorization: string): string | undefined => /^Bearer +(\S+)$/i.exec(authorization)?.[1];

/**
 * Who a request comes from: the one way for pages, API and streams. A key or token in `Authorization`
 * goes before the session cookie, and a bad one is refused even beside a good cookie.
 * @throws AppError rate_limited, unauthenticated, or forbidden without the scope (which is recorded).
 */
export async function requireActor(
  request: Request,
  context: AppLoadContext,
  { scope }: RequireActorOptions,
): Promise<Actor> {
  const authorization = request.headers.get("Authorization");
  const actor =
    authorization === null ? await findUser(request, context) : await findBearer(authorization, context);
  context.actor = actor;
  const counting = actor === undefined ? countStranger(context) : countActor(context, actor);
  if (counting !== undefined) await counting;
  if (actor === undefined) {
    throw new AppError(
      "unauthenticated",
      authorization === null
        ? "Sign in, or send an API key or an access token as a Bearer token."
        : "This API key or access token is not valid: it is unknown, revoked or expired.",
    );
  }
  if (scope !== undefined && !actor.scopes.has(scope)) {
    await recordDenial(context.runtime, {
      tenantId: actor.tenantId,
      actor,
      action: "auth.scope.denied",
      // Somebody may have put a key into the address.
      resource: { id: scrubLabel(new URL(request.url).pathname.slice(0, 500)) },
      request: requestInfoOf(context),
      details: { scope, method: request.method },
    });
    throw new AppError("forbidden", `This needs the right ${scope}, which you do not have.`, {
      extensions: { scope },
    });
  }
  return actor;
}

/** The signed-in person, or undefined. For pages that send strangers to the sign-in form. */
export async function findUser(request: Request, context: AppLoadContext): Promise<UserActor | undefined> {
  const token = await readSessionToken(request, context);
  return token === undefined ? undefined : context.runtime.credentials.resolveSession(token);
}

async function findBearer(authorization: string, context: AppLoadContext): Promise<Actor | undefined> {
  const bearer = bearerOf(authorization);
  if (bearer === undefined) return undefined;
  const { credentials, tokens } = context.runtime;
  if (bearer.startsWith(apiKeyPrefix)) return credentials.resolveApiKey(bearer);
  const claims = await tokens.verify(bearer);
  return claims && credentials.resolveClaims(claims);
}
