import { z } from "zod";
import { channelReachSchema } from "#app/domain/alerts/channels/channel-query-schema.ts";
import { retryChannel } from "#app/domain/alerts/channels/retry-channel.server.ts";
import { channelIdSchema } from "#app/domain/alerts/rule-schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "alerts:write",
    params: z.object({ channelId: channelIdSchema }),
    query: channelReachSchema,
    handler: ({ db, actor, params: { channelId }, query: { tenantId }, request }) =>
      retryChannel(db, { actor, tenantId, channelId, request }),
  },
});

export const loader = route.loader;
export const action = route.action;
