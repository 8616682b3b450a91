import type { AlertFilters } from "./alert-query-schema.ts";

/**
 * The lists of alerts that people work through; each alert is in one of them. What is snoozed waits in its
 * own, whether it was acknowledged or not. Client-safe.
 */
export const alertLists = ["open", "acknowledged", "snoozed", "resolved"] as const;
export type AlertListName = (typeof alertLists)[number];

/** A bell counts no further. Here, as pages load this file without the parser of what is asked. */
export const mostUnread = 99;

/** What is asked for a list. */
export const filtersOfList: Record<AlertListName, Pick<AlertFilters, "status" | "snoozed">> = {
  open: { status: "open", snoozed: false },
  acknowledged: { status: "acknowledged", snoozed: false },
  snoozed: { status: "unresolved", snoozed: true },
  resolved: { status: "resolved" },
};
