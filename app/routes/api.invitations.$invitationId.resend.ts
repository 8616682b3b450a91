import { z } from "zod";
import { invitationIdSchema } from "#app/domain/auth/invitation-schema.ts";
import { resendInvitation } from "#app/domain/auth/resend-invitation.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "members:write",
    params: z.object({ invitationId: invitationIdSchema }),
    handler: ({ runtime, db, actor, params: { invitationId }, request }) => {
      const { linkTokens } = runtime.mail;
      return resendInvitation({ db, linkTokens }, actor, invitationId, request);
    },
  },
});

export const loader = route.loader;
export const action = route.action;
