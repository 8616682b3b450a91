import { z } from "zod";
import { channelReachSchema } from "#app/domain/alerts/channels/channel-query-schema.ts";
import { rotateChannelSecret } from "#app/domain/alerts/channels/rotate-channel-secret.server.ts";
import { channelIdSchema } from "#app/domain/alerts/rule-schema.ts";
import { rotateSecretSchema } from "#app/domain/messaging/endpoint-schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "alerts:write",
    params: z.object({ channelId: channelIdSchema }),
    query: channelReachSchema,
    body: rotateSecretSchema,
    handler: ({ runtime, db, actor, params: { channelId }, query: { tenantId }, body, request }) =>
      rotateChannelSecret(db, runtime.notices, { actor, tenantId, channelId, request, ...body }),
  },
});

export const loader = route.loader;
export const action = route.action;
