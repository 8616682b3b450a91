import { listBudgets } from "#app/domain/usage/budgets/list-budgets.server.ts";
import { putBudget } from "#app/domain/usage/budgets/put-budget.server.ts";
import { putBudgetSchema } from "#app/domain/usage/budgets/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "billing:read",
    handler: ({ db, actor }) => listBudgets(db, actor, Date.now()),
  },
  PUT: {
    scope: "billing:write",
    body: putBudgetSchema,
    handler: ({ db, actor, body, request }) => putBudget(db, actor, body, { nowMs: Date.now(), request }),
  },
});

export const loader = route.loader;
export const action = route.action;
