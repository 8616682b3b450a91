import { deliveryQuerySchema } from "#app/domain/alerts/channels/channel-query-schema.ts";
import { listDeliveries } from "#app/domain/alerts/channels/list-deliveries.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "alerts:read",
    query: deliveryQuerySchema,
    handler: ({ db, actor, query }) => listDeliveries(db, { actor, ...query }),
  },
});

export const loader = route.loader;
export const action = route.action;
