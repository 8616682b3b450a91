import { refreshSchema } from "#app/domain/auth/api-session-schema.ts";
import { refreshApiSession } from "#app/domain/auth/refresh-api-session.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "public",
    body: refreshSchema,
    handler: ({ runtime, body, request }) => refreshApiSession(runtime, { ...body, request }),
  },
});

export const loader = route.loader;
export const action = route.action;
