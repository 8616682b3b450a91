import type { DisabledReason, EndpointHealth } from "#app/domain/messaging/endpoint-schema.ts";
import type { Tone } from "../primitives/badge.tsx";

/** The words of push endpoints as people read them. */
export const healths: Record<EndpointHealth, { label: string; tone: Tone }> = {
  healthy: { label: "Healthy", tone: "ok" },
  backing_off: { label: "Backing off", tone: "warn" },
  disabled: { label: "Disabled", tone: "bad" },
  unused: { label: "Not in use", tone: "neutral" },
};

export const disabledBecause: Record<DisabledReason, string> = {
  person: "Somebody disabled it.",
  gone: "It answered 410 Gone, so nothing is posted to it any more.",
  failing: "Three messages in a row could not be delivered.",
};

/** How long the secret before signs too, in hours. */
export const keepChoices = [
  { value: "24", label: "24 hours" },
  { value: "168", label: "7 days" },
  { value: "0", label: "Not at all" },
] as const;
