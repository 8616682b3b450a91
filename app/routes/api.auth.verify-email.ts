import { verifyEmailSchema } from "#app/domain/auth/account-schema.ts";
import { verifyEmail } from "#app/domain/auth/verify-email.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "public",
    body: verifyEmailSchema,
    handler: ({ runtime: { db, mail }, body, request }) =>
      verifyEmail({ db, linkTokens: mail.linkTokens }, body.token, request),
  },
});

export const loader = route.loader;
export const action = route.action;
