import type { MetaFunction, SerializeFrom } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { alertAdvice } from "#app/domain/alerts/alert-advice.ts";
import { alertTenantQuery } from "#app/domain/alerts/alert-query-schema.ts";
import { alertIdSchema } from "#app/domain/alerts/alert-schema.ts";
import { readAlert } from "#app/domain/alerts/read-alert.server.ts";
import { listTenantNames } from "#app/domain/platform/list-tenant-names.server.ts";
import { alertAnswerForm, giveAlertAnswer } from "#app/http/alert-answers.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { parseInput, readQuery } from "#app/http/parse-input.server.ts";
import { AlertPage } from "#app/ui/alerts/alert-page.tsx";
import { everyTenantMs, useFreshAlerts } from "#app/ui/alerts/use-fresh-alerts.ts";
import { placeOf } from "#app/ui/shell/place.ts";

const params = z.object({ alertId: alertIdSchema });

/** One alert of the tenant that the address names; without one, the service's own. */
export const loader = pageLoader({
  scope: "tenants:admin",
  params,
  query: z.object(alertTenantQuery.shape),
  handler: async ({ db, actor, params: { alertId }, query: { tenantId = actor.tenantId } }) => {
    const [alert, { tenants }] = await Promise.all([
      readAlert(db, actor, { alertId, tenantId }),
      listTenantNames(db, actor, { also: [tenantId] }),
    ]);
    const tenantName = tenants.find(({ id }) => id === tenantId)?.name ?? tenantId;
    return { alert: { ...alert, tenantName }, advice: alertAdvice(alert.kind, alert.facts) };
  },
});

export const action = pageAction({
  scope: "tenants:admin",
  params,
  form: alertAnswerForm,
  handler: ({ runtime, actor, params: { alertId }, form, url, request }) => {
    const { tenantId } = parseInput(z.object(alertTenantQuery.shape), readQuery(url.search), "query");
    return giveAlertAnswer(runtime, actor, { form, alertId, tenantId, request });
  },
});

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: data === undefined ? "Alert · Signalbox" : `${data.alert.title} · Signalbox` },
];
export const handle = placeOf<SerializeFrom<typeof loader>>({ here: ({ alert }) => alert.title });

export default function Alert() {
  const { alert, advice } = useLoaderData<typeof loader>();
  const live = useFreshAlerts(everyTenantMs);
  return (
    <AlertPage
      key={alert.id}
      base="/admin/alerts"
      {...{ alert, advice, live }}
      mayAnswer
      answer={useActionData<typeof action>()}
    />
  );
}
