import { countDeadLetters } from "#app/domain/messaging/list-dead-letters.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";

/** How many dead letters there are, for the tab that says so. Data, not a page. */
export const loader = asResource(
  pageLoader({
    scope: "messages:read",
    handler: async ({ db, actor }) =>
      Response.json(await countDeadLetters(db, actor), { headers: { "Cache-Control": "no-store" } }),
  }),
);
