import { useCallback, useEffect, useRef } from "react";
import type { HintTopic } from "#app/domain/live/schema.ts";
import { useLive } from "./use-live.ts";

interface LoadOnChangeOptions {
  topics: readonly HintTopic[];
  /** One that fails is made up for by the next. */
  load(): Promise<void>;
  /** The least time from one load to the next. */
  minIntervalMs: number;
}

/**
 * For what is shown on every page and is no page's data: loads it at once, and again when one of the topics
 * has changed, one load at a time. Nobody looking at the tab, it waits. Gives what has it load again soon.
 */
export function useLoadOnChange({ topics, load, minIntervalMs }: LoadOnChangeOptions): () => void {
  const latest = useRef(load);
  latest.current = load;
  const state = useRef({ isWanted: false, isLoading: false, loadedAtMs: Number.NEGATIVE_INFINITY });
  const timer = useRef<ReturnType<typeof setTimeout>>();

  const loadWhenDue = useCallback((): void => {
    const { isWanted, isLoading, loadedAtMs } = state.current;
    if (!isWanted || isLoading || document.visibilityState === "hidden") return;
    clearTimeout(timer.current);
    const waitMs = loadedAtMs + minIntervalMs - performance.now();
    if (waitMs > 0) {
      timer.current = setTimeout(loadWhenDue, waitMs);
      return;
    }
    state.current = { isWanted: false, isLoading: true, loadedAtMs: performance.now() };
    void latest
      .current()
      .catch(() => undefined)
      .finally(() => {
        state.current.isLoading = false;
        loadWhenDue();
      });
  }, [minIntervalMs]);
  const want = useCallback((): void => {
    state.current.isWanted = true;
    loadWhenDue();
  }, [loadWhenDue]);

  useLive({ topics, onChanged: want, onBack: want });
  useEffect(() => {
    want();
    document.addEventListener("visibilitychange", loadWhenDue);
    return () => {
      document.removeEventListener("visibilitychange", loadWhenDue);
      clearTimeout(timer.current);
    };
  }, [want, loadWhenDue]);
  return want;
}
