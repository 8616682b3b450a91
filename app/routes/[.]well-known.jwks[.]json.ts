import { api, json } from "#app/http/api-route.server.ts";

/** The public keys that access tokens verify with. Whoever meets a key id that they do not know reads it again. */
const route = api({
  GET: {
    scope: "public",
    handler: async ({ runtime }) =>
      json(await runtime.tokens.publicKeys(), {
        headers: { "Content-Type": "application/jwk-set+json", "Cache-Control": "public, max-age=60" },
      }),
  },
});

export const loader = route.loader;
export const action = route.action;
