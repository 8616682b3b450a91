import { readIdentity } from "#app/domain/auth/read-identity.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: { scope: "authenticated", handler: ({ db, actor }) => readIdentity(db, actor) },
});

export const loader = route.loader;
export const action = route.action;
