import { Bot, CircleCheck, CircleX, Cog, type LucideIcon, ServerCog, ShieldX, UserRound } from "lucide-react";
import type { AuditActorKind, AuditLogStatus, AuditWindow } from "#app/domain/audit/audit-log-schema.ts";
import type { Tone } from "../primitives/badge.tsx";

export const statusWords: Record<AuditLogStatus, { label: string; tone: Tone; icon: LucideIcon }> = {
  success: { label: "Success", tone: "neutral", icon: CircleCheck },
  failure: { label: "Failure", tone: "bad", icon: CircleX },
  denied: { label: "Denied", tone: "warn", icon: ShieldX },
};

export const actorWords: Record<AuditActorKind, { label: string; icon: LucideIcon }> = {
  user: { label: "Person", icon: UserRound },
  agent: { label: "Agent", icon: Bot },
  service: { label: "Service", icon: ServerCog },
  system: { label: "Signalbox", icon: Cog },
};

export const windowWords: Record<AuditWindow, string> = {
  "1h": "Last hour",
  "24h": "Last 24 hours",
  "7d": "Last 7 days",
  "30d": "Last 30 days",
  "90d": "Last 90 days",
};

/** `vector_index` → "Vector index": a name of the registry as people read it. */
export function wordsOf(name: string): string {
  const words = name
    .replaceAll(/[._]/g, " ")
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
