import { pageLoader } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";
import { readShellCounts } from "#app/http/shell-counts.server.ts";

/** What is new to the viewer by now, for the sidebar of a page that stays open. Data, not a page. */
export const loader = asResource(
  pageLoader({
    scope: "authenticated",
    handler: async ({ db, actor }) =>
      Response.json(await readShellCounts(db, actor), { headers: { "Cache-Control": "no-store" } }),
  }),
);
