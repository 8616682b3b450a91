import type {
  AgentQuota,
  AgentStatus,
  MailboxMode,
  ModelTier,
  ThinkingMode,
  TrafficWindow,
} from "#app/domain/messaging/agent-schema.ts";
import type { DeliveryStatus } from "#app/domain/messaging/schema.ts";
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

/** What is said of a quota, beside the agent's status; nothing while there is room. */
export const quotaStates: Record<Exclude<AgentQuota["state"], "normal">, { label: string; tone: Tone }> = {
  warning: { label: "Quota runs out", tone: "info" },
  limited: { label: "Limited by quota", tone: "warn" },
  paused: { label: "Paused by quota", tone: "bad" },
};

export const mailboxModes: Record<MailboxMode, { label: string; detail: string }> = {
  read: { label: "Read", detail: "It reads its inbox or holds a stream" },
  claim: { label: "Claim", detail: "Its replicas take turns, one message each" },
  push: { label: "Push", detail: "Messages are posted to its endpoint" },
};

export const trafficWindows: Record<TrafficWindow, { label: string; of: string; by: string }> = {
  "1h": { label: "1 h", of: "the last hour", by: "minute" },
  "24h": { label: "24 h", of: "the last 24 hours", by: "half hour" },
};

export const keysOf = <K extends string>(record: Record<K, unknown>): K[] => Object.keys(record) as K[];

/** The words as what a filter offers. */
export const optionsOf = (words: Record<string, { label: string }>): { value: string; label: string }[] =>
  Object.entries(words).map(([value, { label }]) => ({ value, label }));

export const agentsPath = "/dashboard/agents";
export const agentPath = (id: string): string => `${agentsPath}/${id}`;
export const agentEditPath = (id: string): string => `${agentPath(id)}/edit`;
/** The list of what an agent sent within a window. */
export const sentPath = (id: string, status: DeliveryStatus, window: TrafficWindow): string =>
  `/dashboard/messages?from=${id}&status=${status}&window=${window}`;
export const agentInboxPath = (id: string): string => `/dashboard/inbox?agent=${id}`;
export const agentMessagePath = (id: string, messageId: string): string =>
  `${agentInboxPath(id)}&message=${messageId}`;
