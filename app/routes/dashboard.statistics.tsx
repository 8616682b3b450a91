import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { readStatistics } from "#app/domain/messaging/statistics/read-statistics.server.ts";
import { statisticsWindows } from "#app/domain/messaging/statistics/schema.ts";
import { orEmpty } from "#app/http/or-empty.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { placeOf } from "#app/ui/shell/place.ts";
import { StatisticsPage } from "#app/ui/statistics/statistics-page.tsx";
import { useFreshStatistics } from "#app/ui/statistics/use-fresh-statistics.ts";
import { defaultWindow } from "#app/ui/statistics/window-words.ts";

export const meta: MetaFunction = () => [{ title: "Statistics · Signalbox" }];

export const handle = placeOf({ here: () => "Statistics" });

export const loader = pageLoader({
  scope: "messages:read",
  query: z.object({ window: orEmpty(z.enum(statisticsWindows)) }),
  handler: async ({ db, actor, query: { window = defaultWindow } }) => ({
    window,
    statistics: await readStatistics(db, actor, { window }, Date.now()),
  }),
});

export default function StatisticsRoute() {
  useFreshStatistics();
  return <StatisticsPage {...useLoaderData<typeof loader>()} />;
}
