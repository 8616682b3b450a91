import { countUnreadAlerts } from "#app/domain/alerts/read-bell.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";

/** The number on the bell: all that a page asks for while nobody opens it. Data, not a page. */
export const loader = asResource(
  pageLoader({
    scope: "alerts:read",
    handler: async ({ db, actor }) =>
      Response.json(
        { unread: await countUnreadAlerts(db, actor) },
        { headers: { "Cache-Control": "no-store" } },
      ),
  }),
);
