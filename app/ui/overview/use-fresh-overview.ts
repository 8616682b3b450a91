import { useRevalidator } from "@remix-run/react";
import { useEffect } from "react";
import { alertsTopic, trafficTopic } from "#app/domain/live/schema.ts";
import type { Live } from "../live/use-live.ts";
import { useRevalidateOnChange } from "../live/use-revalidate-on-change.ts";
import { useViewer } from "../shell/viewer.ts";

/** However much is sent, the page is loaded anew at most this often. */
const minIntervalMs = 2_000;
/** The last hour moves on also while nothing is sent. */
const minuteMs = 60_000;

const traffic = [trafficTopic];
const trafficAndAlerts = [trafficTopic, alertsTopic];

/** Keeps the overview true: after each send and each alert, and by the minute. */
export function useFreshOverview(): Live {
  const { revalidate } = useRevalidator();
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") revalidate();
    }, minuteMs);
    return () => clearInterval(timer);
  }, [revalidate]);
  const maySeeAlerts = useViewer()?.scopes.includes("alerts:read") ?? false;
  return useRevalidateOnChange({ topics: maySeeAlerts ? trafficAndAlerts : traffic, minIntervalMs });
}
