import { countDeadLetters } from "#app/domain/messaging/list-dead-letters.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";

/** How many dead letters there are, for the tab that says so. */
export const loader = pageLoader({
  scope: "messages:read",
  handler: ({ db, actor }) => countDeadLetters(db, actor),
});
