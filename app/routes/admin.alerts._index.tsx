import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { alertTenantSchema } from "#app/domain/alerts/alert-query-schema.ts";
import { listTenantNames } from "#app/domain/platform/list-tenant-names.server.ts";
import { answersOfAllForm, giveAlertAnswers } from "#app/http/alert-answers.server.ts";
import { loadAlertsPage } from "#app/http/alerts-page.server.ts";
import { alertsPageQuery } from "#app/http/alerts-page-query.server.ts";
import { orEmpty } from "#app/http/or-empty.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { AlertsPage } from "#app/ui/alerts/alerts-page.tsx";
import { everyTenantMs, useFreshAlerts } from "#app/ui/alerts/use-fresh-alerts.ts";

export const meta: MetaFunction = () => [{ title: "Alerts · Signalbox" }];

/** A tenant's alerts, or everybody's and the service's own; either names its tenants. */
export const loader = pageLoader({
  scope: "tenants:admin",
  query: z.object({ ...alertsPageQuery, tenantId: orEmpty(alertTenantSchema) }),
  handler: async ({ db, actor, query: { tenantId, ...query } }) => {
    const data = await loadAlertsPage(db, actor, { reach: tenantId ?? "all", query, nowMs: Date.now() });
    const also = tenantId === undefined ? data.page.alerts.map((alert) => alert.tenantId) : [tenantId];
    const names = await listTenantNames(db, actor, { also });
    return { ...data, filters: { ...data.filters, tenantId }, names };
  },
});

export const action = pageAction({
  scope: "tenants:admin",
  form: answersOfAllForm,
  handler: ({ runtime, actor, form: { intent, alertIds, note }, request }) =>
    giveAlertAnswers(runtime, actor, { answer: intent, alerts: alertIds, note, request }),
});

export default function Alerts() {
  const live = useFreshAlerts(everyTenantMs);
  return (
    <AlertsPage
      base="/admin/alerts"
      {...useLoaderData<typeof loader>()}
      mayAnswer
      live={live}
      answer={useActionData<typeof action>()}
    />
  );
}
