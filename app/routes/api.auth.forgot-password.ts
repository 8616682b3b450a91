import { forgotPasswordSchema } from "#app/domain/auth/account-schema.ts";
import { requestPasswordReset } from "#app/domain/auth/request-password-reset.server.ts";
import { api, json } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "public",
    body: forgotPasswordSchema,
    handler: async ({ db, body, request }) => {
      await requestPasswordReset(db, { ...body, request });
      return json(
        { message: "If there is an account with this address, a mail is on its way." },
        { status: 202 },
      );
    },
  },
});

export const loader = route.loader;
export const action = route.action;
