import { useRef, useState } from "react";

export interface SteadyRow<T> {
  item: T;
  /** It is in the list no more, as when somebody else has dealt with it. */
  hasLeft: boolean;
}

export interface SteadyList<T> {
  rows: SteadyRow<T>[];
  /** What came meanwhile and is held back. */
  newCount: number;
  /** Takes in what was held back, and lets go what has left. */
  release: () => void;
}

/**
 * The list as it is read: while somebody reads, nothing moves. What is known is shown as it is by now,
 * what has left stays in its place and says so, and what is new waits until it is asked for.
 */
export function useSteadyList<T>(
  loaded: readonly T[],
  idOf: (item: T) => string,
  holds: boolean,
): SteadyList<T> {
  const shown = useRef(loaded);
  const latestLoaded = useRef(loaded);
  latestLoaded.current = loaded;
  const [, redraw] = useState(0);
  if (!holds) shown.current = loaded;

  const latest = new Map(loaded.map((item) => [idOf(item), item]));
  const known = new Set(shown.current.map(idOf));
  return {
    rows: shown.current.map((item) => {
      const now = latest.get(idOf(item));
      return { item: now ?? item, hasLeft: now === undefined };
    }),
    newCount: loaded.filter((item) => !known.has(idOf(item))).length,
    release: () => {
      shown.current = latestLoaded.current;
      redraw((count) => count + 1);
    },
  };
}
