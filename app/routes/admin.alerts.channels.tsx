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
import { SYSTEM_TENANT_ID } from "#db/ids.ts";

export const meta: MetaFunction = () => [{ title: "Alert channels of the service · Signalbox" }];

export const handle = placeOf({ here: () => "Channels" });

const tenantId = SYSTEM_TENANT_ID;

/** Where the service's own alerts are told. */
export const loader = pageLoader({
  scope: "tenants:admin",
  query: channelsPageQuery,
  handler: async ({ db, actor, query }) => ({
    ...(await loadChannelsPage(db, actor, { query, tenantId })),
    mayChange: true,
  }),
});

export const action = pageAction({
  scope: "tenants:admin",
  form: channelsForm,
  handler: ({ runtime, actor, form, request, signal }) =>
    changeChannels(runtime, actor, { form, request, signal, tenantId }),
});

export default function Channels() {
  useFreshAlerts();
  return (
    <ChannelsPage
      base="/admin/alerts"
      {...useLoaderData<typeof loader>()}
      answer={useActionData<typeof action>()}
    />
  );
}
