import { z } from "zod";
import { endListedSession } from "#app/domain/auth/end-listed-sessions.server.ts";
import { sessionIdSchema } from "#app/domain/auth/session-schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    // One's own needs no right; whose else it may be is for the use case.
    scope: "authenticated",
    params: z.object({ sessionId: sessionIdSchema }),
    handler: ({ db, actor, params: { sessionId }, request }) =>
      endListedSession(db, actor, sessionId, request),
  },
});

export const loader = route.loader;
export const action = route.action;
