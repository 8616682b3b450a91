import { useEffect, useRef } from "react";

/**
 * Calls `onAnswer` once for each new answer of a fetcher (`useFetcher().data`).
 *
 * Not by an effect that depends on the answer: the router keeps answers in a map that it changes between
 * renders, and a render in which React finds nothing changed is given up with its effects, yet keeps what
 * they depend on. The effect would never run. This one looks at every commit.
 */
export function useOnAnswer<T>(answer: T, onAnswer: (answer: NonNullable<T>) => void): void {
  const seen = useRef<T>();
  useEffect(() => {
    if (seen.current === answer) return;
    seen.current = answer;
    if (answer !== undefined && answer !== null) onAnswer(answer);
  });
}
