import { listMembers } from "#app/domain/auth/list-members.server.ts";
import { memberListSchema } from "#app/domain/auth/member-schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "members:read",
    query: memberListSchema,
    handler: ({ db, actor, query }) => listMembers(db, actor, query),
  },
});

export const loader = route.loader;
export const action = route.action;
