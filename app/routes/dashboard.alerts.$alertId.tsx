import type { MetaFunction, SerializeFrom } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { alertAdvice } from "#app/domain/alerts/alert-advice.ts";
import { alertIdSchema } from "#app/domain/alerts/alert-schema.ts";
import { readAlert } from "#app/domain/alerts/read-alert.server.ts";
import { alertAnswerForm, giveAlertAnswer } from "#app/http/alert-answers.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { AlertPage } from "#app/ui/alerts/alert-page.tsx";
import { useFreshAlerts } from "#app/ui/alerts/use-fresh-alerts.ts";
import { placeOf } from "#app/ui/shell/place.ts";

const params = z.object({ alertId: alertIdSchema });

export const loader = pageLoader({
  scope: "alerts:read",
  params,
  handler: async ({ db, actor, params: { alertId } }) => {
    const alert = await readAlert(db, actor, { alertId });
    const advice = alertAdvice(alert.kind, alert.facts);
    return { alert, advice, mayAnswer: actor.scopes.has("alerts:write") };
  },
});

export const action = pageAction({
  scope: "alerts:write",
  params,
  form: alertAnswerForm,
  handler: ({ runtime, actor, params: { alertId }, form, request }) =>
    giveAlertAnswer(runtime, actor, { form, alertId, request }),
});

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: data === undefined ? "Alert · Signalbox" : `${data.alert.title} · Signalbox` },
];
export const handle = placeOf<SerializeFrom<typeof loader>>({ here: ({ alert }) => alert.title });

export default function Alert() {
  const { alert, advice, mayAnswer } = useLoaderData<typeof loader>();
  const live = useFreshAlerts();
  return (
    <AlertPage
      key={alert.id}
      base="/dashboard/alerts"
      {...{ alert, advice, mayAnswer, live }}
      answer={useActionData<typeof action>()}
    />
  );
}
