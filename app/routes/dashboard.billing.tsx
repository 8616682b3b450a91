import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { changeOverage } from "#app/domain/billing/change-overage.server.ts";
import { changeOwnPlan } from "#app/domain/billing/change-own-plan.server.ts";
import { readBillingOverview } from "#app/domain/billing/read-overview.server.ts";
import { changeOwnPlanSchema } from "#app/domain/billing/schema.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { BillingPage } from "#app/ui/billing/billing-page.tsx";

export const meta: MetaFunction = () => [{ title: "Billing · Signalbox" }];

export const loader = pageLoader({
  scope: "billing:read",
  handler: async ({ db, actor }) => ({
    overview: await readBillingOverview(db, actor, Date.now()),
    mayChange: actor.scopes.has("billing:write"),
  }),
});

export const action = pageAction({
  scope: "billing:write",
  form: z.discriminatedUnion("intent", [
    z.strictObject({ intent: z.literal("overage"), enabled: z.enum(["true", "false"]) }),
    changeOwnPlanSchema.extend({ intent: z.literal("plan") }),
  ]),
  handler: async ({ db, actor, form, request }) => {
    switch (form.intent) {
      case "overage": {
        const { enabled } = await changeOverage(db, actor, form.enabled === "true", request);
        return { done: enabled ? "Overage is on" : "Overage is off" };
      }
      case "plan":
        await changeOwnPlan(db, actor, form.plan, request);
        return { done: "Plan changed" };
    }
  },
});

export default function Billing() {
  return <BillingPage {...useLoaderData<typeof loader>()} answer={useActionData<typeof action>()} />;
}
