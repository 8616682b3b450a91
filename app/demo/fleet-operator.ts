import type { Random } from "./fleet-random.ts";

/** What the operator does at the desk. */
export type DeskMove =
  | { intent: "take"; messageId: string }
  | { intent: "resolve"; messageId: string; resolution: string };

export interface Operator {
  /** An escalation of the fleet has reached the desk. */
  note(messageId: string, nowMs: number): void;
  /** What the operator does now, if anything. */
  next(nowMs: number): DeskMove | undefined;
}

/** So many are left to whoever tries the demo. */
const leftWaiting = 3;
/** The first that arrives is taken soon, so that every state can be seen. */
const takesAfterMs = 15_000;
const resolvesAfterMs = 30_000;
/** What is older is forgotten: somebody else has seen to it. */
const remembered = 40;

const resolutions = [
  "Called the site: the shift lead has it in hand.",
  "Restarted it and watched it for ten minutes. It holds.",
  "Moved to tomorrow's stand-up; nothing is blocked until then.",
  "Known: the supplier sends a replacement tonight.",
] as const;

/**
 * The demo's second person at the desk, free of clocks and sockets. Resolves one, holds one, and
 * leaves the latest for others, so that each state is there to be seen at any time.
 */
export function createOperator(random: Random): Operator {
  const waiting: { messageId: string; atMs: number }[] = [];
  let held: { messageId: string; atMs: number } | undefined;
  let resolved = 0;
  return {
    note(messageId, nowMs) {
      waiting.push({ messageId, atMs: nowMs });
      if (waiting.length > remembered) waiting.shift();
    },
    next(nowMs) {
      // The one that is held is kept until there is another to take in its place.
      const isWanted = resolved === 0 || waiting.length > leftWaiting;
      if (held !== undefined && isWanted && nowMs - held.atMs >= resolvesAfterMs && waiting.length > 0) {
        const { messageId } = held;
        held = undefined;
        resolved += 1;
        return { intent: "resolve", messageId, resolution: random.pick(resolutions) };
      }
      const first = waiting[0];
      if (held !== undefined || first === undefined || nowMs - first.atMs < takesAfterMs) return undefined;
      waiting.shift();
      held = { messageId: first.messageId, atMs: nowMs };
      return { intent: "take", messageId: first.messageId };
    },
  };
}
