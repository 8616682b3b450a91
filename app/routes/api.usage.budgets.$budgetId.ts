import { z } from "zod";
import { findBudget } from "#app/domain/usage/budgets/list-budgets.server.ts";
import { removeBudget } from "#app/domain/usage/budgets/remove-budget.server.ts";
import { budgetIdSchema } from "#app/domain/usage/budgets/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const params = z.object({ budgetId: budgetIdSchema });

const route = api({
  GET: {
    scope: "billing:read",
    params,
    handler: ({ db, actor, params: { budgetId } }) => findBudget(db, actor, budgetId, Date.now()),
  },
  DELETE: {
    scope: "billing:write",
    params,
    handler: ({ db, actor, params: { budgetId }, request }) => removeBudget(db, actor, budgetId, request),
  },
});

export const loader = route.loader;
export const action = route.action;
