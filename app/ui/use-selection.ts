import { useEffect, useState } from "react";

/** Which rows of a list are ticked. What is no longer listed is no longer selected. */
export interface Selection {
  /** How many. */
  selected: number;
  isAll: boolean;
  /** JavaScript has taken over; until then the form's boxes speak for themselves. */
  isReady: boolean;
  has(id: string): boolean;
  toggle(id: string): void;
  toggleAll(): void;
}

export function useSelection(listed: readonly string[]): Selection {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [isReady, setIsReady] = useState(false);
  useEffect(() => setIsReady(true), []);
  const selected = listed.filter((id) => ticked.has(id));
  const isAll = listed.length > 0 && selected.length === listed.length;
  return {
    selected: selected.length,
    isAll,
    isReady,
    has: (id) => ticked.has(id),
    toggle: (id) =>
      setTicked(new Set(ticked.has(id) ? selected.filter((one) => one !== id) : [...selected, id])),
    toggleAll: () => setTicked(new Set(isAll ? [] : listed)),
  };
}
