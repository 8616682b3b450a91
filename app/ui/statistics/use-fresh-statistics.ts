import { useRevalidator } from "@remix-run/react";
import { useCallback, useEffect, useRef } from "react";
import { trafficTopic } from "#app/domain/live/schema.ts";
import { useLive } from "../live/use-live.ts";

/** What was just sent is in the figures by then. */
const delayMs = 6_000;

/**
 * Loads the figures again a moment after there was traffic, when it has been folded in; not more
 * often than that, and not while nobody looks.
 */
export function useFreshStatistics(): void {
  const { revalidate } = useRevalidator();
  const timer = useRef<ReturnType<typeof setTimeout>>();

  const onChanged = useCallback((): void => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      if (document.visibilityState === "visible") revalidate();
      else document.addEventListener("visibilitychange", revalidate, { once: true });
    }, delayMs);
  }, [revalidate]);

  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
      document.removeEventListener("visibilitychange", revalidate);
    },
    [revalidate],
  );
  useLive({ topics: [trafficTopic], onChanged });
}
