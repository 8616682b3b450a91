import type { MetaFunction, SerializeFrom } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { changePlan } from "#app/domain/platform/change-plan.server.ts";
import { readTenantDetail } from "#app/domain/platform/read-tenant-detail.server.ts";
import { resumeTenant } from "#app/domain/platform/resume-tenant.server.ts";
import { changeTenantSchema, suspendTenantSchema, tenantIdSchema } from "#app/domain/platform/schema.ts";
import { suspendTenant } from "#app/domain/platform/suspend-tenant.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { TenantPage } from "#app/ui/platform/tenant-page.tsx";
import { placeOf } from "#app/ui/shell/place.ts";

const params = z.object({ tenantId: tenantIdSchema });

export const loader = pageLoader({
  scope: "tenants:admin",
  params,
  handler: async ({ db, actor, params: { tenantId } }) => ({
    tenant: await readTenantDetail(db, actor, tenantId),
  }),
});

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: data ? `${data.tenant.name} · Signalbox` : "Signalbox" },
];

export const handle = placeOf<SerializeFrom<typeof loader>>({ here: ({ tenant }) => tenant.name });

export const action = pageAction({
  scope: "tenants:admin",
  params,
  form: z.discriminatedUnion("intent", [
    suspendTenantSchema.extend({ intent: z.literal("suspend") }),
    z.strictObject({ intent: z.literal("resume") }),
    changeTenantSchema.extend({ intent: z.literal("plan") }),
  ]),
  handler: async ({ db, actor, params: { tenantId }, form, request }) => {
    switch (form.intent) {
      case "suspend":
        await suspendTenant(db, actor, { tenantId, reason: form.reason }, request);
        return { done: "Tenant suspended" };
      case "resume":
        await resumeTenant(db, actor, tenantId, request);
        return { done: "Tenant resumed" };
      case "plan":
        await changePlan(db, actor, { tenantId, plan: form.plan }, request);
        return { done: "Plan changed" };
    }
  },
});

export default function Tenant() {
  // Only without JavaScript: with it each form has a fetcher of its own.
  const answer = useActionData<typeof action>();
  return <TenantPage {...useLoaderData<typeof loader>()} answer={answer} />;
}
