import type { ShouldRevalidateFunction } from "@remix-run/react";
import { countUnread } from "#app/domain/messaging/count-unread.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";

/** What is new to the viewer by now, for the sidebar of a page that stays open. */
export const loader = pageLoader({
  scope: "authenticated",
  handler: async ({ db, actor }) => ({ unread: await countUnread(db, actor) }),
});

/** Counted when it is asked for, and after what the viewer did: not with every load of a live page. */
export const shouldRevalidate: ShouldRevalidateFunction = ({ formAction }) =>
  formAction !== undefined && !formAction.startsWith("/preferences/");
