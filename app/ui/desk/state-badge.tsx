import { CircleCheck, Clock, Hand, HandHelping, type LucideIcon } from "lucide-react";
import type { EscalationView } from "#app/domain/messaging/escalation-schema.ts";
import { Badge, type Tone } from "../primitives/badge.tsx";

interface StateWord {
  label: string;
  tone: Tone;
  icon: LucideIcon;
}

type Shown = Pick<EscalationView, "state" | "isExpired" | "holder">;

/** Where an escalation is, in words. */
export function stateOf({ state, isExpired, holder }: Shown, viewerId?: string): StateWord {
  if (state === "resolved") return { label: "Resolved", tone: "ok", icon: CircleCheck };
  if (isExpired) return { label: "Expired", tone: "warn", icon: Clock };
  // One whose holder has left the organisation is nobody's.
  if (state === "open" || holder === null) return { label: "Open", tone: "accent", icon: Hand };
  const who = holder.id === viewerId ? "Taken by you" : `Taken by ${holder.name}`;
  return { label: who, tone: "neutral", icon: HandHelping };
}

export function StateBadge({ escalation, viewerId }: { escalation: Shown; viewerId?: string }) {
  const { label, tone, icon: Icon } = stateOf(escalation, viewerId);
  return (
    <Badge tone={tone} icon={<Icon aria-hidden="true" />} className="max-w-full">
      <span className="truncate">{label}</span>
    </Badge>
  );
}
