import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import {
  changeChannels,
  channelsForm,
  channelsPageQuery,
  loadChannelsPage,
} from "#app/http/alert-channels-page.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { ChannelsPage } from "#app/ui/alerts/channels/channels-page.tsx";
import { useFreshAlerts } from "#app/ui/alerts/use-fresh-alerts.ts";
import { placeOf } from "#app/ui/shell/place.ts";

export const meta: MetaFunction = () => [{ title: "Alert channels · Signalbox" }];

export const handle = placeOf({ here: () => "Channels" });

export const loader = pageLoader({
  scope: "alerts:read",
  query: channelsPageQuery,
  handler: async ({ db, actor, query }) => ({
    ...(await loadChannelsPage(db, actor, { query })),
    mayChange: actor.scopes.has("alerts:write"),
  }),
});

export const action = pageAction({
  scope: "alerts:write",
  form: channelsForm,
  handler: ({ runtime, actor, form, request, signal }) =>
    changeChannels(runtime, actor, { form, request, signal }),
});

export default function Channels() {
  useFreshAlerts();
  return (
    <ChannelsPage
      base="/dashboard/alerts"
      {...useLoaderData<typeof loader>()}
      answer={useActionData<typeof action>()}
    />
  );
}
