import { listTenants } from "#app/domain/platform/list-tenants.server.ts";
import { tenantListSchema } from "#app/domain/platform/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "tenants:admin",
    query: tenantListSchema,
    handler: ({ db, actor, query }) => listTenants(db, actor, query),
  },
});

export const loader = route.loader;
export const action = route.action;
