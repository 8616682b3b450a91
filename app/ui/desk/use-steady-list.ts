import { useRef, useState } from "react";
import type { EscalationView } from "#app/domain/messaging/escalation-schema.ts";

export interface SteadyRow {
  escalation: EscalationView;
  /** It is in the list no more, as when somebody else has resolved it. */
  hasLeft: boolean;
}

export interface SteadyList {
  rows: SteadyRow[];
  /** What came meanwhile and is held back. */
  newCount: number;
  /** Takes in what was held back. */
  release: () => void;
}

/**
 * The list as it is read: while somebody reads, nothing moves. What is known is shown as it is by now,
 * what has left stays in its place and says so, and what is new waits until it is asked for.
 */
export function useSteadyList(loaded: readonly EscalationView[], holds: boolean): SteadyList {
  const shown = useRef(loaded);
  const [, redraw] = useState(0);
  if (!holds) shown.current = loaded;

  const latest = new Map(loaded.map((escalation) => [escalation.message.id, escalation]));
  const known = new Set(shown.current.map(({ message }) => message.id));
  return {
    rows: shown.current.map((escalation) => {
      const now = latest.get(escalation.message.id);
      return { escalation: now ?? escalation, hasLeft: now === undefined };
    }),
    newCount: loaded.filter(({ message }) => !known.has(message.id)).length,
    release: () => {
      shown.current = loaded;
      redraw((count) => count + 1);
    },
  };
}
