import { useRevalidator } from "@remix-run/react";
import { type HTMLAttributes, useEffect, useRef, useState } from "react";
import { trafficTopic } from "#app/domain/live/schema.ts";
import { type Live, useLive } from "../live/use-live.ts";

/** Scrolled further than this, somebody is reading. */
const topPx = 24;
/** The list is drawn anew at most this often: each time its rows move. */
const minIntervalMs = 4_000;

/** Whether there is more than the list shows; right after connecting nobody can tell. */
type News = "none" | "perhaps" | "certainly";

interface NewMessages {
  live: Live;
  /** There is more than the list shows, held back so that what is being read does not move. */
  hasNew: boolean;
  show: () => void;
  /** For what surrounds the list: pointing into it, or having the focus there, is reading. */
  readingProps: Pick<HTMLAttributes<HTMLElement>, "onPointerEnter" | "onPointerLeave" | "onFocus" | "onBlur">;
}

/** Keeps the newest page of a list new while nobody is reading it, and says so when it is not. */
export function useNewMessages({
  isNewest,
  isReading,
}: {
  /** An older page stays as it is. */
  isNewest: boolean;
  /** Something of the list is open. */
  isReading: boolean;
}): NewMessages {
  const { revalidate, state: loading } = useRevalidator();
  const [news, setNews] = useState<News>("none");
  const [isInside, setIsInside] = useState(false);
  const isScrolled = useIsScrolled();
  const holds = !isNewest || isReading || isInside || isScrolled;
  const loadedAtMs = useRef(Number.NEGATIVE_INFINITY);
  const isConnected = useRef(false);

  const live = useLive({
    topics: [trafficTopic],
    onChanged: () => {
      const first = !isConnected.current;
      isConnected.current = true;
      setNews((before) => (first && before === "none" ? "perhaps" : "certainly"));
    },
    onBack: () => setNews((before) => (before === "none" ? "perhaps" : before)),
  });
  // A list that is held back says itself that there is more.
  const isLoading = loading !== "idle" || (news !== "none" && !holds);

  useEffect(() => {
    if (news === "none" || holds) return;
    const load = (): void => {
      if (document.visibilityState === "hidden") return;
      loadedAtMs.current = performance.now();
      setNews("none");
      revalidate();
    };
    const timer = setTimeout(load, Math.max(0, loadedAtMs.current + minIntervalMs - performance.now()));
    document.addEventListener("visibilitychange", load);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", load);
    };
  }, [news, holds, revalidate]);

  return {
    live: { ...live, isBehind: live.isBehind || isLoading },
    hasNew: isNewest && holds && news === "certainly",
    show() {
      setNews("none");
      setIsInside(false);
      revalidate();
      window.scrollTo({ top: 0 });
    },
    readingProps: {
      onPointerEnter: ({ pointerType }) => {
        if (pointerType === "mouse") setIsInside(true);
      },
      onPointerLeave: () => setIsInside(false),
      onFocus: () => setIsInside(true),
      onBlur: () => setIsInside(false),
    },
  };
}

function useIsScrolled(): boolean {
  const [isScrolled, setIsScrolled] = useState(false);
  useEffect(() => {
    const look = (): void => setIsScrolled(window.scrollY > topPx);
    look();
    window.addEventListener("scroll", look, { passive: true });
    return () => window.removeEventListener("scroll", look);
  }, []);
  return isScrolled;
}
