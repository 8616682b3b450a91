import type {
  AgentStatus,
  AgentView,
  MailboxMode,
  ModelTier,
  ThinkingMode,
} from "#app/domain/messaging/agent-schema.ts";
import type { Tone } from "../primitives/badge.tsx";

/** The words of agents as people read them. Typed by the domain's own names, so that none is missing. */
export const tiers: Record<ModelTier, { label: string; detail: string }> = {
  haiku: { label: "Haiku", detail: "Fast, for routine work" },
  sonnet: { label: "Sonnet", detail: "Balanced, for most work" },
  opus: { label: "Opus", detail: "Deepest, for hard work" },
};

export const thinkingModes: Record<ThinkingMode, { label: string }> = {
  off: { label: "Off" },
  low: { label: "Low" },
  medium: { label: "Medium" },
  high: { label: "High" },
};

export const agentStatuses: Record<AgentStatus, { label: string; tone: Tone }> = {
  active: { label: "Active", tone: "ok" },
  paused: { label: "Paused", tone: "warn" },
};

export const mailboxModes: Record<MailboxMode, { label: string }> = {
  read: { label: "Read from the inbox or stream" },
  claim: { label: "Claimed by replicas" },
  push: { label: "Pushed to an endpoint" },
};

export const keysOf = <K extends string>(record: Record<K, unknown>): K[] => Object.keys(record) as K[];

export const agentPath = (id: AgentView["id"]): string => `/dashboard/agents/${id}`;
export const agentEditPath = (id: AgentView["id"]): string => `/dashboard/agents/${id}/edit`;
export const agentInboxPath = (id: string): string => `/dashboard/inbox?agent=${id}`;
