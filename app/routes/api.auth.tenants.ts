import { asPerson } from "#app/domain/auth/as-person.ts";
import { listOwnTenants } from "#app/domain/auth/list-own-tenants.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "authenticated",
    handler: async ({ db, actor }) => ({ tenants: await listOwnTenants(db, asPerson(actor)) }),
  },
});

export const loader = route.loader;
export const action = route.action;
