import { pageLoader } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";
import { readPlatformCounts } from "#app/http/shell-counts.server.ts";

/** How many alerts are open in all tenants by now, for the sidebar of a page that stays open. */
export const loader = asResource(
  pageLoader({
    scope: "tenants:admin",
    handler: async ({ db, actor }) =>
      Response.json(await readPlatformCounts(db, actor), { headers: { "Cache-Control": "no-store" } }),
  }),
);
