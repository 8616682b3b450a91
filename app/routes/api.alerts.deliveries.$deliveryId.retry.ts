import { z } from "zod";
import { channelReachSchema } from "#app/domain/alerts/channels/channel-query-schema.ts";
import { deliveryIdSchema } from "#app/domain/alerts/channels/channel-schema.ts";
import { retryDelivery } from "#app/domain/alerts/channels/retry-delivery.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "alerts:write",
    params: z.object({ deliveryId: deliveryIdSchema }),
    query: channelReachSchema,
    handler: ({ db, actor, params: { deliveryId }, query: { tenantId }, request }) =>
      retryDelivery(db, { actor, tenantId, deliveryId, request }),
  },
});

export const loader = route.loader;
export const action = route.action;
