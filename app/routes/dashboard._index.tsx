import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { readOverview } from "#app/domain/messaging/read-overview.server.ts";
import { readCriticalAlerts } from "#app/http/critical-alerts.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { OverviewPage } from "#app/ui/overview/overview-page.tsx";
import { useFreshOverview } from "#app/ui/overview/use-fresh-overview.ts";

export const meta: MetaFunction = () => [{ title: "Overview · Signalbox" }];

export const loader = pageLoader({
  scope: "messages:read",
  handler: async ({ runtime, db, actor }) => {
    const [overview, critical] = await Promise.all([
      readOverview(runtime, actor, Date.now()),
      readCriticalAlerts(db, actor),
    ]);
    return { overview, critical, mayWrite: actor.scopes.has("agents:write") };
  },
});

export default function OverviewRoute() {
  const data = useLoaderData<typeof loader>();
  return <OverviewPage {...data} live={useFreshOverview()} />;
}
