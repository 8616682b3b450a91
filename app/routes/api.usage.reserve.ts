import { reserveBudget } from "#app/domain/usage/budgets/reserve-budget.server.ts";
import { reserveSchema } from "#app/domain/usage/budgets/schema.ts";
import { api, json } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    // An agent for itself; else it takes activity:write, as to report what agents do.
    scope: "authenticated",
    body: reserveSchema,
    handler: async ({ db, actor, body, request }) =>
      json(await reserveBudget(db, actor, body, { nowMs: Date.now(), request }), { status: 201 }),
  },
});

export const loader = route.loader;
export const action = route.action;
