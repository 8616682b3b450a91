import { z } from "zod";
import { channelReachSchema } from "#app/domain/alerts/channels/channel-query-schema.ts";
import { testChannel } from "#app/domain/alerts/channels/test-channel.server.ts";
import { channelIdSchema } from "#app/domain/alerts/rule-schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "alerts:write",
    params: z.object({ channelId: channelIdSchema }),
    query: channelReachSchema,
    handler: ({ runtime, db, actor, params: { channelId }, query: { tenantId }, request, signal }) =>
      testChannel(
        { db, services: runtime.notices, limits: runtime.limits },
        { actor, tenantId, channelId, request, signal },
      ),
  },
});

export const loader = route.loader;
export const action = route.action;
