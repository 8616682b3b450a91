/** What the overview shows. Client-safe. Times are ISO 8601 in UTC. */
import type { AgentId, MessageId } from "#db/ids.ts";
import type { AgentStatus } from "./agent-schema.ts";
import type { EscalationView } from "./escalation-schema.ts";
import type { DeliveryStatus, MessageType, MessageView, Party } from "./schema.ts";

export interface OverviewTraffic {
  /** A point a minute for an hour, oldest first; the last is the minute that is going on. */
  points: { at: string; delivered: number; refused: number }[];
  /** Messages of that hour. */
  sent: number;
  /** Of these, what the reader may see of the blocked, failed and expired. */
  refused: number;
  /** Messages of the hour before. */
  sentBefore: number;
}

/** Messages of one sender to one recipient that ended the same way. */
export interface ProblemGroup {
  sender: Party;
  recipient: Party;
  status: DeliveryStatus;
  /** Why they were blocked or failed. */
  reason: string | null;
  count: number;
  last: { id: MessageId; type: MessageType; at: string };
  /** What stopped them stands in the way no longer. */
  isResolved: boolean;
}

export interface OverviewProblems {
  /** What is still so first, then the latest first. */
  groups: ProblemGroup[];
  /** Groups there are, these included. */
  groupCount: number;
  /** Messages in all groups. */
  count: number;
  /** False where counting stopped at `count`. */
  isExact: boolean;
}

export interface AgentPulse {
  id: AgentId;
  name: string;
  status: AgentStatus;
  /** Messages that it has sent within the hour; blocked ones count. */
  sent: number;
  /** False where counting stopped at `sent`. */
  sentIsExact: boolean;
  /** When it last sent; null when it never has. */
  lastSentAt: string | null;
}

export interface OverviewAgents {
  total: number;
  /** Whether any has ever sent. */
  haveSent: boolean;
  /** How many have sent within the hour. */
  busyCount: number;
  /** Those that have sent most within the hour. */
  busiest: AgentPulse[];
  /** Those that have not, the longest silent first. */
  silent: AgentPulse[];
}

export interface OverviewEscalations {
  latest: MessageView[];
  /** Those of them that are at the operators' desk, by their message. */
  atDesk: Record<string, Pick<EscalationView, "state" | "isExpired" | "holder">>;
  /** All that nobody has taken yet. */
  open: number;
  /** Of the last 24 hours. */
  count: number;
  isExact: boolean;
}

export interface Overview {
  traffic: OverviewTraffic;
  problems: OverviewProblems;
  agents: OverviewAgents;
  escalations: OverviewEscalations;
}
