import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { changeRules, loadRulesPage, rulesForm } from "#app/http/alert-rules-page.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { RulesPage } from "#app/ui/alerts/rules/rules-page.tsx";
import { useFreshAlerts } from "#app/ui/alerts/use-fresh-alerts.ts";
import { placeOf } from "#app/ui/shell/place.ts";
import { SYSTEM_TENANT_ID } from "#db/ids.ts";

export const meta: MetaFunction = () => [{ title: "Alert rules of the service · Signalbox" }];

export const handle = placeOf({ here: () => "Rules" });

const tenantId = SYSTEM_TENANT_ID;

/** What is looked for in the service itself. */
export const loader = pageLoader({
  scope: "tenants:admin",
  handler: async ({ db, actor }) => ({
    ...(await loadRulesPage(db, actor, tenantId)),
    mayChange: true,
  }),
});

export const action = pageAction({
  scope: "tenants:admin",
  form: rulesForm,
  handler: ({ runtime, actor, form, request }) => changeRules(runtime, actor, { form, request, tenantId }),
});

export default function Rules() {
  useFreshAlerts();
  return (
    <RulesPage
      base="/admin/alerts"
      {...useLoaderData<typeof loader>()}
      answer={useActionData<typeof action>()}
    />
  );
}
