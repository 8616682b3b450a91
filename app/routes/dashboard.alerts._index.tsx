import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { giveAlertAnswers, ownAnswersForm } from "#app/http/alert-answers.server.ts";
import { loadAlertsPage } from "#app/http/alerts-page.server.ts";
import { alertsPageQuery } from "#app/http/alerts-page-query.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { AlertsPage } from "#app/ui/alerts/alerts-page.tsx";
import { useFreshAlerts } from "#app/ui/alerts/use-fresh-alerts.ts";

export const meta: MetaFunction = () => [{ title: "Alerts · Signalbox" }];

export const loader = pageLoader({
  scope: "alerts:read",
  query: z.object(alertsPageQuery),
  handler: async ({ db, actor, query }) => ({
    ...(await loadAlertsPage(db, actor, { query, nowMs: Date.now() })),
    mayAnswer: actor.scopes.has("alerts:write"),
  }),
});

export const action = pageAction({
  scope: "alerts:write",
  form: ownAnswersForm,
  handler: ({ runtime, actor, form: { intent, alertIds, note }, request }) =>
    giveAlertAnswers(runtime, actor, {
      ...{ answer: intent, note, request },
      alerts: alertIds.map((alertId) => ({ alertId })),
    }),
});

export default function Alerts() {
  const live = useFreshAlerts();
  return (
    <AlertsPage
      base="/dashboard/alerts"
      {...useLoaderData<typeof loader>()}
      live={live}
      answer={useActionData<typeof action>()}
    />
  );
}
