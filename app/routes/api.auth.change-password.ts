import { changePasswordSchema } from "#app/domain/auth/account-schema.ts";
import { asPerson } from "#app/domain/auth/as-person.ts";
import { changePassword } from "#app/domain/auth/change-password.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "authenticated",
    body: changePasswordSchema,
    handler: ({ runtime, actor, body, request }) => changePassword(runtime, asPerson(actor), body, request),
  },
});

export const loader = route.loader;
export const action = route.action;
