import { useRevalidator } from "@remix-run/react";
import { useEffect } from "react";
import { activityTopic } from "#app/domain/live/schema.ts";
import { useRevalidateOnChange } from "../live/use-revalidate-on-change.ts";
import { useViewer } from "../shell/viewer.ts";

/** However much is reported, the page is loaded anew at most this often. */
const minIntervalMs = 3_000;
const minuteMs = 60_000;
const topics = [activityTopic];

/**
 * Keeps the page true: when usage was counted or a threshold was reached, which the audit trail tells of,
 * and by the minute. What happens in other tenants is not told: `everyMs` is for a page of all of them.
 */
export function useFreshUsage(everyMs = minuteMs): void {
  const { revalidate } = useRevalidator();
  const mayWatch = useViewer()?.scopes.includes("activity:read") ?? false;
  useEffect(() => {
    const look = (): void => {
      // What is typed into a question stays.
      if (document.visibilityState === "visible" && document.querySelector("dialog[open]") === null)
        revalidate();
    };
    const timer = setInterval(look, everyMs);
    window.addEventListener("focus", look);
    return () => {
      clearInterval(timer);
      window.removeEventListener("focus", look);
    };
  }, [revalidate, everyMs]);
  useRevalidateOnChange({ topics: mayWatch ? topics : [], minIntervalMs });
}
