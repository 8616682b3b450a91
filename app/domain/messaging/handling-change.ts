import type { ConversationChange, Wake } from "./prepared-send.ts";
import type { DeliveryStatus, Handling } from "./schema.ts";

/** A message's handling, and perhaps its delivery status, has changed. */
export interface HandlingChange extends ConversationChange {
  mailboxUuid: string;
  messageUuid: string;
  sequence: number | null;
  status: DeliveryStatus;
  handling: Handling;
}

/** Where changes are told, after the commit that made them. */
export interface ChangeBus {
  publish(wakes: readonly Wake[], conversations?: readonly ConversationChange[]): void;
  publishDeliveries(changes: readonly HandlingChange[]): void;
}

/**
 * Tells those who watch the mailboxes. Lists and figures of the whole tenant are told of what ends up
 * as a dead letter or comes back from there, and not of each lease, which would redraw them all the time.
 */
export function announceHandling(
  bus: ChangeBus,
  changes: readonly HandlingChange[],
  { isAboutDeadLetters = false } = {},
): void {
  if (changes.length === 0) return;
  bus.publishDeliveries(changes);
  const dead = isAboutDeadLetters ? changes : changes.filter(({ handling }) => handling === "dead");
  if (dead.length > 0) bus.publish([], dead);
}
