import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { changeRules, loadRulesPage, rulesForm } from "#app/http/alert-rules-page.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { RulesPage } from "#app/ui/alerts/rules/rules-page.tsx";
import { useFreshAlerts } from "#app/ui/alerts/use-fresh-alerts.ts";
import { placeOf } from "#app/ui/shell/place.ts";

export const meta: MetaFunction = () => [{ title: "Alert rules · Signalbox" }];

export const handle = placeOf({ here: () => "Rules" });

export const loader = pageLoader({
  scope: "alerts:read",
  handler: async ({ db, actor }) => ({
    ...(await loadRulesPage(db, actor)),
    mayChange: actor.scopes.has("alerts:write"),
  }),
});

export const action = pageAction({
  scope: "alerts:write",
  form: rulesForm,
  handler: ({ runtime, actor, form, request }) => changeRules(runtime, actor, { form, request }),
});

export default function Rules() {
  useFreshAlerts();
  return (
    <RulesPage
      base="/dashboard/alerts"
      {...useLoaderData<typeof loader>()}
      answer={useActionData<typeof action>()}
    />
  );
}
