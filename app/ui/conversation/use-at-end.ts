import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

interface AtEnd {
  /** The end of the page is in view; arrivals are followed then. */
  isThere: boolean;
  /** Arrived since it was. */
  missed: number;
  go: () => void;
}

/** Follows the end of a growing page while it is in view; `lastId` changes with each message there. */
export function useAtEnd(end: RefObject<HTMLElement>, lastId: string | undefined): AtEnd {
  // Until it is known no button is drawn.
  const [isThere, setIsThere] = useState(true);
  const [missed, setMissed] = useState(0);
  const wasThere = useRef(false);
  const last = useRef(lastId);

  useEffect(() => {
    if (end.current === null) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        const isIn = entry?.isIntersecting ?? true;
        wasThere.current = isIn;
        setIsThere(isIn);
        if (isIn) setMissed(0);
      },
      { rootMargin: "0px 0px 120px 0px" },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [end]);

  const go = useCallback(() => end.current?.scrollIntoView({ block: "end", behavior: "smooth" }), [end]);

  useLayoutEffect(() => {
    if (last.current === lastId) return;
    last.current = lastId;
    // A thread that fits the screen stays where it is; one that is followed goes on.
    if (wasThere.current) {
      if (window.scrollY > 0) end.current?.scrollIntoView({ block: "end" });
    } else setMissed((before) => before + 1);
  }, [lastId, end]);

  return { isThere, missed, go };
}
