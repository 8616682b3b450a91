import { readSystem } from "#app/domain/platform/read-system.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "tenants:admin",
    handler: ({ db, actor }) => readSystem(db, actor),
  },
});

export const loader = route.loader;
export const action = route.action;
