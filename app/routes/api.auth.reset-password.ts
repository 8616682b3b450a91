import { resetPasswordSchema } from "#app/domain/auth/account-schema.ts";
import { resetPassword } from "#app/domain/auth/reset-password.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "public",
    body: resetPasswordSchema,
    handler: ({ runtime, body, request }) => resetPassword(runtime, body, request),
  },
});

export const loader = route.loader;
export const action = route.action;
