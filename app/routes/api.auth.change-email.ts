import { changeEmailSchema } from "#app/domain/auth/account-schema.ts";
import { asPerson } from "#app/domain/auth/as-person.ts";
import { cancelEmailChange } from "#app/domain/auth/cancel-email-change.server.ts";
import { requestEmailChange } from "#app/domain/auth/request-email-change.server.ts";
import { api, json } from "#app/http/api-route.server.ts";
import { readPlace } from "#app/http/sign-in-place.server.ts";

const route = api({
  POST: {
    scope: "authenticated",
    body: changeEmailSchema,
    handler: async ({ runtime, actor, body, request, headers, clientAddress }) => {
      const person = asPerson(actor);
      const place = await readPlace(runtime, { headers, clientAddress });
      await requestEmailChange(runtime, person, { ...body, place, request });
      return json(
        { message: "A mail is on its way to this address. It is yours once its link was followed." },
        { status: 202 },
      );
    },
  },
  DELETE: {
    scope: "authenticated",
    handler: ({ db, actor, request }) => cancelEmailChange(db, asPerson(actor), request),
  },
});

export const loader = route.loader;
export const action = route.action;
