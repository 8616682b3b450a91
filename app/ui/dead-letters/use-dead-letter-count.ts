import { useFetcher } from "@remix-run/react";
import { useEffect, useRef } from "react";
import { trafficTopic } from "#app/domain/live/schema.ts";
import type { DeadLetterCount } from "#app/domain/messaging/dead-letter-schema.ts";
import { useLive } from "../live/use-live.ts";
import { deadLettersPath } from "./dead-letters-href.ts";

const countEveryMs = 4_000;

/** How many dead letters there are; undefined until that is known. Counted again when something has changed. */
export function useDeadLetterCount(): DeadLetterCount | undefined {
  const { load, data } = useFetcher<DeadLetterCount>();
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const countedAtMs = useRef(0);

  const countSoon = (): void => {
    if (timer.current !== undefined || document.visibilityState !== "visible") return;
    const waitMs = Math.max(0, countedAtMs.current + countEveryMs - performance.now());
    timer.current = setTimeout(() => {
      timer.current = undefined;
      countedAtMs.current = performance.now();
      load(`${deadLettersPath}/count`);
    }, waitMs);
  };
  useLive({ topics: [trafficTopic], onChanged: countSoon });
  useEffect(() => {
    countedAtMs.current = performance.now();
    load(`${deadLettersPath}/count`);
    return () => clearTimeout(timer.current);
  }, [load]);
  return data;
}
