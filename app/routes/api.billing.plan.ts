import { changeOwnPlan } from "#app/domain/billing/change-own-plan.server.ts";
import { changeOwnPlanSchema } from "#app/domain/billing/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  PUT: {
    scope: "billing:write",
    body: changeOwnPlanSchema,
    handler: ({ db, actor, body: { plan }, request }) => changeOwnPlan(db, actor, plan, request),
  },
});

export const loader = route.loader;
export const action = route.action;
