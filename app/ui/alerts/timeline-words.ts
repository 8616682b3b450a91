import {
  BellRing,
  CircleCheck,
  CircleDot,
  Eye,
  EyeOff,
  type LucideIcon,
  MessageSquareText,
  Moon,
  RotateCcw,
  Sun,
  TrendingUp,
  Wrench,
} from "lucide-react";
import type { AlertAction, AlertEntry, AlertEntryKind } from "#app/domain/alerts/alert-schema.ts";
import type {
  ChannelKind,
  DeliveryReason,
  TellingStatus,
} from "#app/domain/alerts/channels/channel-schema.ts";
import type { Tone } from "../primitives/badge.tsx";

export const entryMarks: Record<AlertEntryKind, { icon: LucideIcon; tone: Tone }> = {
  opened: { icon: CircleDot, tone: "accent" },
  told: { icon: BellRing, tone: "neutral" },
  escalated: { icon: TrendingUp, tone: "warn" },
  reopened: { icon: RotateCcw, tone: "accent" },
  acknowledged: { icon: Eye, tone: "neutral" },
  unacknowledged: { icon: EyeOff, tone: "neutral" },
  snoozed: { icon: Moon, tone: "neutral" },
  unsnoozed: { icon: Sun, tone: "neutral" },
  note: { icon: MessageSquareText, tone: "neutral" },
  action: { icon: Wrench, tone: "neutral" },
  resolved: { icon: CircleCheck, tone: "ok" },
};

const actionsDone: Record<AlertAction, string> = {
  pause_agent: "paused the agent",
  revoke_edge: "removed the edge",
  revoke_key: "revoked the key",
  sign_out_user: "signed the person out",
};

const isAction = (value: unknown): value is AlertAction =>
  typeof value === "string" && Object.hasOwn(actionsDone, value);

/** What somebody did, in words that follow their name; what happened by itself has none. */
export function sentenceOf({ kind, actor, details }: AlertEntry): { who: string | null; did: string } {
  const isSystem = actor.kind === "system";
  const who = isSystem ? null : (actor.name ?? "A former member");
  switch (kind) {
    case "opened":
      return { who: null, did: "Found" };
    case "told":
      return { who: null, did: toldOf(details) };
    case "escalated":
      return { who: null, did: "Became worse" };
    case "reopened":
      return { who: null, did: "Came back" };
    case "acknowledged":
      return { who, did: isSystem ? "Acknowledged" : "acknowledged it" };
    case "unacknowledged":
      return { who, did: isSystem ? "Open again" : "took the acknowledgement back" };
    case "snoozed":
      return { who, did: isSystem ? "Snoozed" : "snoozed it" };
    case "unsnoozed":
      return { who, did: isSystem ? "The snooze has ended" : "ended the snooze" };
    case "note":
      return { who, did: isSystem ? "Note" : "noted" };
    case "action":
      return { who, did: isAction(details.action) ? actionsDone[details.action] : "did something about it" };
    case "resolved":
      return { who, did: isSystem ? "Over: it has resolved itself" : "resolved it" };
  }
}

function toldOf(details: Record<string, unknown>): string {
  const { channels } = details;
  const count = Array.isArray(channels) ? channels.length : channels;
  if (typeof count !== "number") return "Told";
  if (count === 0) return "Told here";
  return count === 1 ? "Told here and to one channel" : `Told here and to ${count} channels`;
}

export const deliveryMarks: Record<TellingStatus, { label: string; tone: Tone }> = {
  pending: { label: "On its way", tone: "info" },
  delivered: { label: "Delivered", tone: "ok" },
  failed: { label: "Failed", tone: "bad" },
  cancelled: { label: "Cancelled", tone: "neutral" },
};

export const channelWords: Record<ChannelKind, string> = {
  email: "E-mail",
  webhook: "Webhook",
  slack: "Slack",
  pagerduty: "PagerDuty",
};

/** Why a channel was told, behind "told". */
export const reasonWords: Record<DeliveryReason, string> = {
  opened: "that it was found",
  again: "that it still happens",
  escalated: "that it became worse",
  reopened: "that it came back",
  unsnoozed: "that its snooze has ended",
  acknowledged: "that it was acknowledged",
  resolved: "that it was resolved",
  test: "as a test",
};
