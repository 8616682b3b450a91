import { revokeSession } from "#app/domain/auth/revoke-session.server.ts";
import { AppError } from "#app/domain/errors.ts";
import { api } from "#app/http/api-route.server.ts";

/** Ends the session that the request came with, and every token of it. */
const route = api({
  POST: {
    scope: "authenticated",
    handler: async ({ db, actor, request }) => {
      if (actor.kind !== "user")
        throw new AppError("forbidden", "A key has no session to end. It is revoked instead.");
      await revokeSession(db, actor, request);
    },
  },
});

export const loader = route.loader;
export const action = route.action;
