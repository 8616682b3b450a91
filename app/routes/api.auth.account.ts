import { changeNameSchema } from "#app/domain/auth/account-schema.ts";
import { asPerson } from "#app/domain/auth/as-person.ts";
import { changeOwnName } from "#app/domain/auth/change-own-name.server.ts";
import { readAccount } from "#app/domain/auth/read-account.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: { scope: "authenticated", handler: ({ db, actor }) => readAccount(db, asPerson(actor)) },
  PATCH: {
    scope: "authenticated",
    body: changeNameSchema,
    handler: async ({ db, actor, body, request }) => {
      const person = asPerson(actor);
      await changeOwnName(db, person, body, request);
      return readAccount(db, person);
    },
  },
});

export const loader = route.loader;
export const action = route.action;
