import { changePasswordSchema } from "#app/domain/auth/account-schema.ts";
import { changePassword } from "#app/domain/auth/change-password.server.ts";
import { api } from "#app/http/api-route.server.ts";
import { requirePerson } from "#app/http/require-person.server.ts";

const route = api({
  POST: {
    scope: "authenticated",
    body: changePasswordSchema,
    handler: ({ runtime, actor, body, request }) =>
      changePassword(runtime, requirePerson(actor), body, request),
  },
});

export const loader = route.loader;
export const action = route.action;
