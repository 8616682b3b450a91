import { z } from "zod";
import { revokeApiKey } from "#app/domain/auth/revoke-api-key.server.ts";
import { apiKeyIdSchema } from "#app/domain/auth/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "keys:write",
    params: z.object({ keyId: apiKeyIdSchema }),
    handler: ({ runtime, actor, params, request }) => revokeApiKey(runtime, actor, params.keyId, request),
  },
});

export const loader = route.loader;
export const action = route.action;
