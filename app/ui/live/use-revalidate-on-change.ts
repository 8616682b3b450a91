import { useFetchers, useNavigation, useRevalidator } from "@remix-run/react";
import { useCallback, useEffect, useRef, useState } from "react";
import type { HintTopic } from "#app/domain/live/schema.ts";
import { type Live, useLive } from "./use-live.ts";

export interface RevalidateOnChangeOptions {
  /** What the page's data is about. */
  topics: readonly HintTopic[];
  /** The least time from one load to the next. */
  minIntervalMs?: number;
}

/**
 * Loads the page's data again when something that it is about has changed: at once, then at most
 * once in `minIntervalMs`, one load at a time. While nobody looks at the tab or a navigation or
 * a form is under way it waits, and then does it once. So it does after a lost connection.
 */
export function useRevalidateOnChange({ topics, minIntervalMs = 1_000 }: RevalidateOnChangeOptions): Live {
  const { state: loading, revalidate } = useRevalidator();
  const { state: navigating } = useNavigation();
  const isSubmitting = useFetchers().some(
    ({ formMethod }) => formMethod !== undefined && formMethod !== "GET",
  );
  const isIdle = loading === "idle" && navigating === "idle" && !isSubmitting;
  const pending = useRef({ hasChanged: false, isIdle, loadedAtMs: Number.NEGATIVE_INFINITY });
  const timer = useRef<ReturnType<typeof setTimeout>>();
  // After a lost connection the page is behind until a load that began since is done.
  const [isBehind, setIsBehind] = useState(false);
  const owesLoad = useRef(false);
  pending.current.isIdle = isIdle;

  // A load that began before a form was sent may arrive after what the form itself loads, and would
  // take from the page what was just done on it. Another one ends it.
  const isOvertaken = useRef(false);
  useEffect(() => {
    if (loading === "idle") isOvertaken.current = false;
    else if (isSubmitting) isOvertaken.current = true;
    else if (isOvertaken.current) {
      isOvertaken.current = false;
      revalidate();
    }
  }, [loading, isSubmitting, revalidate]);

  const loadWhenDue = useCallback((): void => {
    const { hasChanged, isIdle, loadedAtMs } = pending.current;
    if (!hasChanged || !isIdle || document.visibilityState === "hidden") return;
    clearTimeout(timer.current);
    const waitMs = loadedAtMs + minIntervalMs - performance.now();
    if (waitMs > 0) {
      timer.current = setTimeout(loadWhenDue, waitMs);
      return;
    }
    // `isIdle` is false from the next render on; until then another hint must not load once more.
    pending.current = { hasChanged: false, isIdle: false, loadedAtMs: performance.now() };
    owesLoad.current = false;
    revalidate();
  }, [minIntervalMs, revalidate]);

  useEffect(() => {
    if (!isIdle) return;
    if (!owesLoad.current) setIsBehind(false);
    loadWhenDue();
  }, [isIdle, loadWhenDue]);

  useEffect(() => {
    document.addEventListener("visibilitychange", loadWhenDue);
    return () => {
      document.removeEventListener("visibilitychange", loadWhenDue);
      clearTimeout(timer.current);
    };
  }, [loadWhenDue]);

  const onChanged = useCallback((): void => {
    pending.current.hasChanged = true;
    loadWhenDue();
  }, [loadWhenDue]);
  const onBack = useCallback((): void => {
    owesLoad.current = true;
    setIsBehind(true);
    onChanged();
  }, [onChanged]);
  const live = useLive({ topics, onChanged, onBack });
  return { ...live, isBehind: live.isBehind || isBehind };
}
