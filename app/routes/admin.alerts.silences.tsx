import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { changeSilences, loadSilencesPage, silencesForm } from "#app/http/alert-silences-page.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { SilencesPage } from "#app/ui/alerts/silences/silences-page.tsx";
import { useFreshAlerts } from "#app/ui/alerts/use-fresh-alerts.ts";
import { placeOf } from "#app/ui/shell/place.ts";
import { SYSTEM_TENANT_ID } from "#db/ids.ts";

export const meta: MetaFunction = () => [{ title: "Silences of the service · Signalbox" }];

export const handle = placeOf({ here: () => "Silences" });

const tenantId = SYSTEM_TENANT_ID;

/** Which of the service's own alerts nobody is told of. */
export const loader = pageLoader({
  scope: "tenants:admin",
  handler: async ({ db, actor }) => ({
    ...(await loadSilencesPage(db, actor, tenantId)),
    mayChange: true,
  }),
});

export const action = pageAction({
  scope: "tenants:admin",
  form: silencesForm,
  handler: ({ runtime, actor, form, request }) => changeSilences(runtime, actor, { form, request, tenantId }),
});

export default function Silences() {
  useFreshAlerts();
  return (
    <SilencesPage
      base="/admin/alerts"
      {...useLoaderData<typeof loader>()}
      answer={useActionData<typeof action>()}
    />
  );
}
