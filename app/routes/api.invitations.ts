import { inviteSchema } from "#app/domain/auth/invitation-schema.ts";
import { invitePerson } from "#app/domain/auth/invite-person.server.ts";
import { listInvitations } from "#app/domain/auth/list-invitations.server.ts";
import { api, json } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "members:write",
    handler: async ({ db, actor }) => ({ invitations: await listInvitations(db, actor) }),
  },
  POST: {
    scope: "members:write",
    body: inviteSchema,
    handler: async ({ runtime, db, actor, body, request }) => {
      const { linkTokens } = runtime.mail;
      return json(await invitePerson({ db, linkTokens }, actor, body, request), { status: 201 });
    },
  },
});

export const loader = route.loader;
export const action = route.action;
