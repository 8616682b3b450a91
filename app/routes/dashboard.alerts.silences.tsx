import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { changeSilences, loadSilencesPage, silencesForm } from "#app/http/alert-silences-page.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { SilencesPage } from "#app/ui/alerts/silences/silences-page.tsx";
import { useFreshAlerts } from "#app/ui/alerts/use-fresh-alerts.ts";
import { placeOf } from "#app/ui/shell/place.ts";

export const meta: MetaFunction = () => [{ title: "Silences · Signalbox" }];

export const handle = placeOf({ here: () => "Silences" });

export const loader = pageLoader({
  scope: "alerts:read",
  handler: async ({ db, actor }) => ({
    ...(await loadSilencesPage(db, actor)),
    mayChange: actor.scopes.has("alerts:write"),
  }),
});

export const action = pageAction({
  scope: "alerts:write",
  form: silencesForm,
  handler: ({ runtime, actor, form, request }) => changeSilences(runtime, actor, { form, request }),
});

export default function Silences() {
  useFreshAlerts();
  return (
    <SilencesPage
      base="/dashboard/alerts"
      {...useLoaderData<typeof loader>()}
      answer={useActionData<typeof action>()}
    />
  );
}
