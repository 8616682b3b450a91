import { useFetcher } from "@remix-run/react";
import { useCallback, useEffect } from "react";
import type { NewAuditEvents } from "#app/domain/audit/audit-volume-schema.ts";
import { activityTopic } from "#app/domain/live/schema.ts";
import { type Live, useLive } from "../live/use-live.ts";
import { type AuditBase, auditDataHref, type ShownFilters } from "./audit-href.ts";

/** How often it is asked where nothing tells of news. */
const askEveryMs = 15_000;

interface NewEvents {
  live: Live;
  /** What has come since the page was read, as far as the filters let it through. */
  news: NewAuditEvents;
}

const none: NewAuditEvents = { count: 0, isExact: true };

/**
 * Counts what is newer than the page's first event; nothing of what is read is moved. A tenant's own
 * trail is told of by the live connection; of everybody's nobody tells, so it is asked for.
 */
export function useNewEvents(base: AuditBase, filters: ShownFilters, since: string | undefined): NewEvents {
  const { load, data } = useFetcher<NewAuditEvents & { since: string }>();
  const href = since === undefined ? undefined : auditDataHref(base, "new", { ...filters, since });
  const ask = useCallback(() => {
    if (href !== undefined && document.visibilityState === "visible") load(href);
  }, [href, load]);
  const isOwn = base === "/dashboard/audit";
  const live = useLive({ topics: isOwn ? [activityTopic] : [], onChanged: ask, onBack: ask });
  useEffect(() => {
    document.addEventListener("visibilitychange", ask);
    const timer = isOwn ? undefined : setInterval(ask, askEveryMs);
    return () => {
      document.removeEventListener("visibilitychange", ask);
      clearInterval(timer);
    };
  }, [ask, isOwn]);
  // An answer about the page before this one says nothing of this one.
  return { live, news: data !== undefined && data.since === since ? data : none };
}
