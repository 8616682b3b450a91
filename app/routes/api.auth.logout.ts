import { revokeSession } from "#app/domain/auth/revoke-session.server.ts";
import { AppError } from "#app/domain/errors.ts";
import { api } from "#app/http/api-route.server.ts";
import { dropSessionToken } from "#app/http/session-cookie.server.ts";

/** Ends the session that the request came with, and every token of it; a browser's cookie with it. */
const route = api({
  POST: {
    scope: "authenticated",
    handler: async ({ runtime, db, actor, request, headers }) => {
      if (actor.kind !== "user")
        throw new AppError("forbidden", "A key has no session to end. It is revoked instead.");
      await revokeSession(db, actor, request);
      if (headers.has("Authorization")) return undefined;
      return new Response(null, {
        status: 204,
        headers: { "Cache-Control": "no-store", "Set-Cookie": await dropSessionToken({ runtime }) },
      });
    },
  },
});

export const loader = route.loader;
export const action = route.action;
