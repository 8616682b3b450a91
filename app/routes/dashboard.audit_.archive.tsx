import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { archiveCursorSchema } from "#app/domain/integrity/archive/archive-schema.ts";
import { readArchivedEvents } from "#app/domain/integrity/archive/read-archived-events.server.ts";
import { orEmpty } from "#app/http/or-empty.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { ArchivePage } from "#app/ui/retention/archive-page.tsx";
import { placeOf } from "#app/ui/shell/place.ts";

export const meta: MetaFunction = () => [{ title: "Archived events · Signalbox" }];

export const handle = placeOf({
  above: () => [{ label: "Retention", to: "/dashboard/audit/retention" }],
  here: () => "Archived events",
});

const day = z.iso.date();
const shown = 100;

/** Nothing is read until a stretch of days is asked for. */
export const loader = pageLoader({
  scope: "activity:read",
  query: z.object({ from: orEmpty(day), to: orEmpty(day), cursor: orEmpty(archiveCursorSchema) }),
  handler: async ({ db, runtime, actor, request, query: { from, to, cursor } }) => {
    const range = { from: from ?? "", to: to ?? "" };
    if (from === undefined || to === undefined || from > to) return { range, list: null, isFirstPage: true };
    const asked = { from: `${from}T00:00:00Z`, to: `${to}T23:59:59.999Z`, limit: shown, cursor };
    const list = await readArchivedEvents(db, runtime.trail.store, actor, asked, request);
    return { range, list, isFirstPage: cursor === undefined };
  },
});

export default function ArchivedEvents() {
  return <ArchivePage {...useLoaderData<typeof loader>()} />;
}
