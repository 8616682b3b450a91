import { BellRing, type LucideIcon, Mail, MessageSquare, Webhook } from "lucide-react";
import type { ChannelKind, ChannelView, DeliveryView } from "#app/domain/alerts/channels/channel-schema.ts";
import type { Severity } from "#app/domain/alerts/rule-kinds.ts";
import type { Tone } from "../../primitives/badge.tsx";

export const channelIcons: Record<ChannelKind, LucideIcon> = {
  email: Mail,
  webhook: Webhook,
  slack: MessageSquare,
  pagerduty: BellRing,
};

/** In the order that they are offered. Here, as pages load this file without the parser of what is asked. */
export const offeredKinds = [
  "email",
  "webhook",
  "slack",
  "pagerduty",
] as const satisfies readonly ChannelKind[];

/** What each kind is good for, where one is chosen. */
export const channelHints: Record<ChannelKind, string> = {
  email: "The admins, or any addresses.",
  webhook: "A signed request to a URL of yours.",
  slack: "A message in a channel of Slack’s.",
  pagerduty: "An incident, resolved with its alert.",
};

/** Which alerts a filter by severity lets through. */
export const severityFilterWords: Record<Severity, string> = {
  info: "All severities",
  warning: "Warning and critical",
  critical: "Critical only",
};

/** Where it leads, without what must not be seen. */
export function targetOf({ kind, url, addresses, toAdmins, hint }: ChannelView): string {
  switch (kind) {
    case "email": {
      const all = [...(toAdmins ? ["The admins"] : []), ...addresses];
      return all.length > 3 ? `${all.slice(0, 2).join(", ")} and ${all.length - 2} more` : all.join(", ");
    }
    case "webhook":
      return url ?? "";
    case "slack":
      return `Slack’s address ${hint ?? ""}`;
    case "pagerduty":
      return `Integration key ${hint ?? ""}`;
  }
}

export const disabledBecause: Record<NonNullable<ChannelView["disabledReason"]>, string> = {
  person: "Somebody turned it off.",
  gone: "Its receiver said that it is gone.",
  failing: "It failed for 5 days, and was given up.",
};

/** How it does. */
export function stateOf(channel: ChannelView): { label: string; tone: Tone } {
  if (channel.status === "disabled")
    return channel.disabledReason === "person"
      ? { label: "Off", tone: "neutral" }
      : { label: "Given up", tone: "bad" };
  if (channel.failingSince !== null) return { label: "Failing", tone: "warn" };
  return channel.lastSuccessAt === null
    ? { label: "Not used yet", tone: "neutral" }
    : { label: "Works", tone: "ok" };
}

export function channelSecretIn(answer: unknown): { channelId: string; secret: string } | undefined {
  if (typeof answer !== "object" || answer === null || !("channelSecret" in answer)) return undefined;
  // Only the actions that make a secret answer with one.
  return answer.channelSecret as { channelId: string; secret: string };
}

export function testedIn(answer: unknown): DeliveryView | undefined {
  if (typeof answer !== "object" || answer === null || !("tested" in answer)) return undefined;
  // Only the action's own "test-channel" answers with one.
  return answer.tested as DeliveryView;
}
