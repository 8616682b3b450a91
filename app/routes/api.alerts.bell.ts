import { readBell } from "#app/domain/alerts/read-bell.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "alerts:read",
    handler: ({ db, actor }) => readBell(db, actor),
  },
});

export const loader = route.loader;
export const action = route.action;
