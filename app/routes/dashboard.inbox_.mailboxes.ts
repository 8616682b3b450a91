import { listMailboxes } from "#app/domain/messaging/list-mailboxes.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";

/** What the mailboxes hold by now, for an inbox page that stays open. */
export const loader = asResource(
  pageLoader({
    scope: "messages:read",
    handler: async ({ db, actor }) => ({ mailboxes: await listMailboxes(db, actor) }),
  }),
);
