import { changeOverage } from "#app/domain/billing/change-overage.server.ts";
import { changeOverageSchema } from "#app/domain/billing/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  PUT: {
    scope: "billing:write",
    body: changeOverageSchema,
    handler: ({ db, actor, body: { enabled }, request }) => changeOverage(db, actor, enabled, request),
  },
});

export const loader = route.loader;
export const action = route.action;
