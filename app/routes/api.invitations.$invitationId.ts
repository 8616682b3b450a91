import { z } from "zod";
import { invitationIdSchema } from "#app/domain/auth/invitation-schema.ts";
import { revokeInvitation } from "#app/domain/auth/revoke-invitation.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  DELETE: {
    scope: "members:write",
    params: z.object({ invitationId: invitationIdSchema }),
    handler: ({ db, actor, params: { invitationId }, request }) =>
      revokeInvitation(db, actor, invitationId, request),
  },
});

export const loader = route.loader;
export const action = route.action;
