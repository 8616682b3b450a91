import { registerSchema } from "#app/domain/auth/account-schema.ts";
import { register } from "#app/domain/auth/register.server.ts";
import { startApiSession } from "#app/domain/auth/start-api-session.server.ts";
import { AppError } from "#app/domain/errors.ts";
import { api, json } from "#app/http/api-route.server.ts";
import { requireRegistration } from "#app/http/registration.server.ts";

/** Its success is a session, so that an address is taken cannot be hidden here (docs/decisions/0021). */
const route = api({
  POST: {
    scope: "public",
    body: registerSchema,
    handler: async ({ runtime, body, request, headers }) => {
      requireRegistration(runtime);
      const { db, mail } = runtime;
      const registered = await register({ db, linkTokens: mail.linkTokens }, body, request);
      if (registered === undefined)
        throw new AppError(
          "conflict",
          "This address cannot be used to sign up. Its owner has been sent a mail.",
          {
            errors: [{ path: "email", message: "cannot be used to sign up" }],
          },
        );
      const session = await startApiSession(runtime, {
        ...{ ...registered, request },
        userAgent: headers.get("User-Agent"),
      });
      return json(session, { status: 201 });
    },
  },
});

export const loader = route.loader;
export const action = route.action;
