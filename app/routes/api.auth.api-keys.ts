import { createApiKey } from "#app/domain/auth/create-api-key.server.ts";
import { listApiKeys } from "#app/domain/auth/list-api-keys.server.ts";
import { createApiKeySchema, listApiKeysSchema } from "#app/domain/auth/schema.ts";
import { api, json } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "keys:write",
    query: listApiKeysSchema,
    handler: ({ db, actor, query }) => listApiKeys(db, actor, query),
  },
  POST: {
    scope: "keys:write",
    body: createApiKeySchema,
    handler: async ({ db, actor, body, request }) =>
      json(await createApiKey(db, actor, body, request), { status: 201 }),
  },
});

export const loader = route.loader;
export const action = route.action;
