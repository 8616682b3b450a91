import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { agentIdSchema } from "#app/domain/messaging/agent-schema.ts";
import { putBudget } from "#app/domain/usage/budgets/put-budget.server.ts";
import { removeBudget } from "#app/domain/usage/budgets/remove-budget.server.ts";
import { budgetIdSchema, dollarsSchema } from "#app/domain/usage/budgets/schema.ts";
import { orEmpty } from "#app/http/or-empty.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { loadUsagePage } from "#app/http/usage-page.server.ts";
import { usagePageQuery } from "#app/http/usage-page-query.server.ts";
import { UsagePage } from "#app/ui/usage/usage-page.tsx";
import { useFreshUsage } from "#app/ui/usage/use-fresh-usage.ts";

export const meta: MetaFunction = () => [{ title: "Usage · Signalbox" }];

export const loader = pageLoader({
  scope: "billing:read",
  query: z.object(usagePageQuery),
  handler: async ({ db, actor, query }) => ({
    ...(await loadUsagePage(db, actor, { query, nowMs: Date.now() })),
    mayChangeBudgets: actor.scopes.has("billing:write"),
  }),
});

export const action = pageAction({
  scope: "billing:write",
  form: z.discriminatedUnion("intent", [
    z.strictObject({
      intent: z.literal("set-budget"),
      agentId: orEmpty(agentIdSchema),
      amount: dollarsSchema,
    }),
    z.strictObject({ intent: z.literal("remove-budget"), budgetId: budgetIdSchema }),
  ]),
  handler: async ({ db, actor, form, request }) => {
    if (form.intent === "remove-budget") {
      await removeBudget(db, actor, form.budgetId, request);
      return { done: "Budget removed" };
    }
    const input = { agentId: form.agentId ?? null, amountMicros: form.amount };
    await putBudget(db, actor, input, { nowMs: Date.now(), request });
    return { done: "Budget saved" };
  },
});

export default function Usage() {
  useFreshUsage();
  return (
    <UsagePage
      base="/dashboard/usage"
      {...useLoaderData<typeof loader>()}
      answer={useActionData<typeof action>()}
    />
  );
}
