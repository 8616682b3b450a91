import { listPublicKeys } from "#app/domain/integrity/read-integrity.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "activity:read",
    handler: async ({ db, actor }) => ({ keys: await listPublicKeys(db, actor) }),
  },
});

export const loader = route.loader;
export const action = route.action;
