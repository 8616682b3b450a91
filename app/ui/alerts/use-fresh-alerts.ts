import { useRevalidator } from "@remix-run/react";
import { useEffect } from "react";
import { alertsTopic } from "#app/domain/live/schema.ts";
import type { Live } from "../live/use-live.ts";
import { useRevalidateOnChange } from "../live/use-revalidate-on-change.ts";

/** Nobody tells of what happens in other tenants: so often a page of all of them looks. */
export const everyTenantMs = 10_000;

/** However much happens, the page is loaded anew at most this often. */
const minIntervalMs = 1_500;
const topics = [alertsTopic];

/**
 * Keeps a page of alerts true. What happens in other tenants is not told: `everyMs` is for a page of all
 * of them.
 */
export function useFreshAlerts(everyMs?: number): Live {
  const { revalidate } = useRevalidator();
  useEffect(() => {
    if (everyMs === undefined) return;
    const timer = setInterval(() => {
      // What is typed into a question stays.
      if (document.visibilityState === "visible" && document.querySelector("dialog[open]") === null)
        revalidate();
    }, everyMs);
    return () => clearInterval(timer);
  }, [revalidate, everyMs]);
  return useRevalidateOnChange({ topics, minIntervalMs });
}
