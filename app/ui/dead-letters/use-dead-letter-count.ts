import { useCallback, useEffect, useRef, useState } from "react";
import { trafficTopic } from "#app/domain/live/schema.ts";
import type { DeadLetterCount } from "#app/domain/messaging/dead-letter-schema.ts";
import { useLive } from "../live/use-live.ts";
import { deadLettersPath } from "./dead-letters-href.ts";

const countEveryMs = 4_000;

/**
 * How many dead letters there are; undefined until that is known. Counted again when something has
 * changed. A plain request and not a loader: its failure is no page's failure.
 */
export function useDeadLetterCount(): DeadLetterCount | undefined {
  const [counted, setCounted] = useState<DeadLetterCount>();
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const request = useRef<AbortController>();
  const countedAtMs = useRef(0);

  const count = useCallback((): void => {
    countedAtMs.current = performance.now();
    request.current?.abort();
    request.current = new AbortController();
    // Where it fails, what is shown stays until the next change.
    requestCount(request.current.signal).then(setCounted, () => undefined);
  }, []);

  useLive({
    topics: [trafficTopic],
    onChanged() {
      if (timer.current !== undefined || document.visibilityState !== "visible") return;
      const waitMs = Math.max(0, countedAtMs.current + countEveryMs - performance.now());
      timer.current = setTimeout(() => {
        timer.current = undefined;
        count();
      }, waitMs);
    },
  });
  useEffect(() => {
    count();
    return () => {
      request.current?.abort();
      clearTimeout(timer.current);
    };
  }, [count]);
  return counted;
}

async function requestCount(signal: AbortSignal): Promise<DeadLetterCount> {
  const response = await fetch(`${deadLettersPath}/count`, { signal, redirect: "error" });
  if (!response.ok) throw new Error(`The count was answered ${response.status}`);
  return response.json();
}
