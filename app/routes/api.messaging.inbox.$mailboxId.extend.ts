import { z } from "zod";
import { extendSchema } from "#app/domain/messaging/claim-schema.ts";
import { extendLeases } from "#app/domain/messaging/extend-leases.server.ts";
import { mailboxIdSchema } from "#app/domain/messaging/schema.ts";
import { absentMessages } from "#app/http/absent-messages.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "messages:read",
    params: z.object({ mailboxId: mailboxIdSchema }),
    body: extendSchema,
    handler: async ({ runtime, actor, params, body, missing }) => {
      const answer = await extendLeases(runtime, actor, params.mailboxId, body);
      missing(absentMessages(answer));
      return answer;
    },
  },
});

export const loader = route.loader;
export const action = route.action;
