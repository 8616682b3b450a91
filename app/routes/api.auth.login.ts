import { apiLoginSchema } from "#app/domain/auth/api-session-schema.ts";
import { checkPassword } from "#app/domain/auth/check-password.server.ts";
import { startApiSession } from "#app/domain/auth/start-api-session.server.ts";
import { api } from "#app/http/api-route.server.ts";
import { placeAt } from "#app/http/sign-in-place.server.ts";

/** Signs a person's program in, with their password. */
const route = api({
  POST: {
    scope: "public",
    body: apiLoginSchema,
    handler: async ({ runtime, body, headers, clientAddress, request }) => {
      await runtime.limits.takeSignIn(clientAddress, request);
      // A program has no browser that it could be known by.
      const place = placeAt(runtime, { address: clientAddress, deviceId: undefined });
      const { userId, tenantId, attempt } = await checkPassword(runtime, { ...body, place, request });
      const userAgent = headers.get("User-Agent");
      return startApiSession(runtime, { userId, tenantId, userAgent, attempt, request });
    },
  },
});

export const loader = route.loader;
export const action = route.action;
