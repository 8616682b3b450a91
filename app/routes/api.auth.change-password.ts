import { changePasswordSchema } from "#app/domain/auth/account-schema.ts";
import { asPerson } from "#app/domain/auth/as-person.ts";
import { changePassword } from "#app/domain/auth/change-password.server.ts";
import { api } from "#app/http/api-route.server.ts";
import { readPlace } from "#app/http/sign-in-place.server.ts";

const route = api({
  POST: {
    scope: "authenticated",
    body: changePasswordSchema,
    handler: async ({ runtime, actor, body, request, headers, clientAddress }) => {
      const person = asPerson(actor);
      const place = await readPlace(runtime, { headers, clientAddress });
      await changePassword(runtime, person, { ...body, place, request });
    },
  },
});

export const loader = route.loader;
export const action = route.action;
