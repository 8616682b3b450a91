import { channelReachSchema } from "#app/domain/alerts/channels/channel-query-schema.ts";
import { createChannelSchema } from "#app/domain/alerts/channels/channel-schema.ts";
import { createChannel } from "#app/domain/alerts/channels/create-channel.server.ts";
import { listChannels } from "#app/domain/alerts/channels/list-channels.server.ts";
import { api, json } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "alerts:read",
    query: channelReachSchema,
    handler: ({ db, actor, query: { tenantId } }) => listChannels(db, { actor, tenantId }),
  },
  POST: {
    scope: "alerts:write",
    query: channelReachSchema,
    body: createChannelSchema,
    handler: async ({ runtime, db, actor, query: { tenantId }, body, request }) =>
      json(await createChannel(db, runtime.notices, { actor, tenantId, input: body, request }), {
        status: 201,
      }),
  },
});

export const loader = route.loader;
export const action = route.action;
