import { readAlertsSchema } from "#app/domain/alerts/alert-schema.ts";
import { markAlertsRead } from "#app/domain/alerts/mark-alerts-read.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  PUT: {
    scope: "alerts:read",
    body: readAlertsSchema,
    handler: async ({ db, actor, body }) => ({ unread: await markAlertsRead(db, actor, body) }),
  },
});

export const loader = route.loader;
export const action = route.action;
