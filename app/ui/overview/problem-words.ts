import type { ProblemGroup } from "#app/domain/messaging/overview-schema.ts";

const blocked: Record<string, { now: string; resolved: string }> = {
  no_allowlist_edge: { now: "Not on the sender’s allowlist.", resolved: "Allowed since." },
  agent_paused: { now: "The sender is paused.", resolved: "The sender is active again." },
  no_conversation: {
    now: "People are written to only where they have written.",
    resolved: "People are written to only where they have written.",
  },
};

/** Why it happened, as a sentence; in the past once it is put right. */
export function causeOf({ status, reason, isResolved }: ProblemGroup): string {
  const words = reason === null ? undefined : blocked[reason];
  if (words !== undefined) return isResolved ? words.resolved : words.now;
  if (status === "expired") return "Nobody handled it in time.";
  return reason === null ? "It could not be delivered." : `It could not be delivered: ${reason}.`;
}
