import { asPerson } from "#app/domain/auth/as-person.ts";
import { listMemberSessions, listOwnSessions } from "#app/domain/auth/list-sessions.server.ts";
import { sessionListSchema } from "#app/domain/auth/session-schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "authenticated",
    query: sessionListSchema,
    handler: async ({ db, actor, query: { memberId }, request }) => ({
      sessions:
        memberId === undefined
          ? await listOwnSessions(db, asPerson(actor), request)
          : await listMemberSessions(db, actor, memberId, request),
    }),
  },
});

export const loader = route.loader;
export const action = route.action;
