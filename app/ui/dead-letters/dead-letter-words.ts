import type { DeadLetter, DeathCause } from "#app/domain/messaging/dead-letter-schema.ts";
import { blockReasons } from "../messages/message-words.ts";

export const deathCauses: Record<DeathCause, { label: string }> = {
  leases: { label: "Never acked" },
  push: { label: "Push failed" },
};

/** Why it is dead, as a sentence. */
export function reasonOf({ cause, message }: DeadLetter): string {
  if (message.reason !== null) return blockReasons[message.reason] ?? toSentence(message.reason);
  return cause === "push" ? "Its endpoint did not take it." : "It was handed out and never acknowledged.";
}

const toSentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?…]$/.test(text) ? "" : "."}`;

const times = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** How often it was tried: pushes, or leases. */
export const triesOf = ({ cause, attempts, leases }: DeadLetter): string =>
  cause === "push" ? times(attempts, "attempt") : times(leases, "lease");
