import { z } from "zod";
import { channelReachSchema } from "#app/domain/alerts/channels/channel-query-schema.ts";
import { updateChannelSchema } from "#app/domain/alerts/channels/channel-schema.ts";
import { readChannel } from "#app/domain/alerts/channels/list-channels.server.ts";
import { removeChannel } from "#app/domain/alerts/channels/remove-channel.server.ts";
import { updateChannel } from "#app/domain/alerts/channels/update-channel.server.ts";
import { channelIdSchema } from "#app/domain/alerts/rule-schema.ts";
import { api } from "#app/http/api-route.server.ts";

const params = z.object({ channelId: channelIdSchema });
const query = channelReachSchema;

const route = api({
  GET: {
    scope: "alerts:read",
    params,
    query,
    handler: ({ db, actor, params: { channelId }, query: { tenantId } }) =>
      readChannel(db, { actor, tenantId, channelId }),
  },
  PATCH: {
    scope: "alerts:write",
    params,
    query,
    body: updateChannelSchema,
    handler: ({ runtime, db, actor, params: { channelId }, query: { tenantId }, body, request }) =>
      updateChannel(db, runtime.notices, { actor, tenantId, channelId, changes: body, request }),
  },
  DELETE: {
    scope: "alerts:write",
    params,
    query,
    handler: ({ db, actor, params: { channelId }, query: { tenantId }, request }) =>
      removeChannel(db, { actor, tenantId, channelId, request }),
  },
});

export const loader = route.loader;
export const action = route.action;
