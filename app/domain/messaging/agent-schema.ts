import { z } from "zod";
import { type AgentId, parseId } from "#db/ids.ts";
import { type ModelTier, modelTiers, type ThinkingMode, thinkingModes } from "../catalogue.ts";
import type { QuotaState } from "../quota-state.ts";

export type { ModelTier, ThinkingMode };

export const agentStatuses = ["active", "paused"] as const;
export type AgentStatus = (typeof agentStatuses)[number];

export const mailboxModes = ["read", "claim", "push"] as const;
export type MailboxMode = (typeof mailboxModes)[number];

/** Pushing needs an endpoint first, so the mode alone cannot be set to it. */
export const settableMailboxModes = ["read", "claim"] as const satisfies readonly MailboxMode[];

export const agentNameMaxLength = 100;
export const agentDescriptionMaxLength = 2_000;

// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is refused.
const oneLine = /^[^\u0000-\u001f\u007f-\u009f]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: tab and line breaks are allowed, the rest is refused.
const manyLines = /^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$/;

const name = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(agentNameMaxLength)
  .regex(oneLine, "must be one line without control characters");
/** Why a person pauses an agent. */
export const pausedReasonSchema = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .regex(oneLine, "must be one line without control characters");
const description = z
  .string()
  .trim()
  .max(agentDescriptionMaxLength)
  .regex(manyLines, "must not contain control characters")
  .transform((text) => (text === "" ? null : text));

export const agentIdSchema = z.custom<AgentId>(
  (value) => parseId(value, "agt") !== undefined,
  "must be an agent id (agt_…)",
);

export const createAgentSchema = z.strictObject({
  name,
  description: description.nullable().optional(),
  modelTier: z.enum(modelTiers),
  thinkingMode: z.enum(thinkingModes).default("off"),
});
export type CreateAgentInput = z.output<typeof createAgentSchema>;

export const updateAgentSchema = z
  .strictObject({
    name: name.optional(),
    description: description.nullable().optional(),
    modelTier: z.enum(modelTiers).optional(),
    thinkingMode: z.enum(thinkingModes).optional(),
    status: z.enum(agentStatuses).optional(),
    /** Only with `status: "paused"`. */
    pausedReason: pausedReasonSchema.optional(),
    mailboxMode: z
      .enum(settableMailboxModes, {
        error: "must be read or claim; pushing begins with the agent's endpoint",
      })
      .optional(),
  })
  .refine((input) => Object.values(input).some((value) => value !== undefined), {
    message: "must name at least one field to change",
  })
  .refine((input) => input.pausedReason === undefined || input.status === "paused", {
    path: ["pausedReason"],
    message: 'goes only with status "paused"',
  });
export type UpdateAgentInput = z.output<typeof updateAgentSchema>;

export const listLimitMax = 100;

/** Query of the lists of agents and of allowlists: in order of name, onwards from a cursor. */
export const namedListSchema = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,9}$/, "must be a whole number")
    .transform(Number)
    .pipe(z.number().min(1).max(listLimitMax))
    .default(listLimitMax),
  cursor: z.string().min(1).max(1_000).optional(),
});
export type NamedListQuery = z.output<typeof namedListSchema>;

/** Query of the list of agents: as any named list, and which of them. */
export const agentListSchema = namedListSchema.extend({
  /** Words that the name or the description has, or the agent's id. */
  search: z.string().trim().max(200).optional(),
  tier: z.enum(modelTiers).optional(),
  status: z.enum(agentStatuses).optional(),
});
export type AgentListQuery = z.output<typeof agentListSchema> & {
  /** In place of a cursor: the page from 1, for people who go back and forth. */
  page?: number | undefined;
};

/** What an agent has used of its tokens this month, and what that makes of its sends. */
export interface AgentQuota {
  /** The severest of its quota's, its budget's and its organisation's budget's. Beside `status`, which people set. */
  state: QuotaState;
  usedTokens: number;
  quotaTokens: number;
  /** Whole percent, rounded down; of the quota, whatever tiers the agent has had this month. */
  usedPercent: number;
  /** Where its sends stop. */
  ceilingPercent: number;
  /** When the month is over, and this begins anew. */
  until: string;
}

export interface AgentView {
  id: AgentId;
  name: string;
  description: string | null;
  modelTier: ModelTier;
  thinkingMode: ThinkingMode;
  status: AgentStatus;
  pausedAt: string | null;
  pausedReason: string | null;
  tokenQuota: number;
  quota: AgentQuota;
  mailboxMode: MailboxMode;
  createdAt: string;
  updatedAt: string;
  /** Messages in its inbox. */
  inboxTotal: number;
}

export interface ListPagination {
  total: number;
  limit: number;
  /** Give it back as `cursor` for what follows; null on the last page. */
  nextCursor: string | null;
}

export interface AgentList {
  agents: AgentView[];
  pagination: ListPagination;
}

/** What an agent has done lately. */
export interface AgentActivity {
  agentId: AgentId;
  /** When it last sent a message or used a key; null when it never has. */
  lastActiveAt: string | null;
  /** Messages of the last 24 hours; blocked ones count as sent. */
  sent: number;
  /** False where counting stopped at `sent`. */
  sentIsExact: boolean;
  received: number;
}

export const trafficWindows = ["1h", "24h"] as const;
export type TrafficWindow = (typeof trafficWindows)[number];

/** An agent's messages over a window of time. */
export interface AgentTraffic {
  window: TrafficWindow;
  /** What it sent, oldest first and evenly spaced; each point is the time from `at` to the next. */
  points: { at: string; delivered: number; refused: number }[];
  received: number;
}

/** One agent that the allowlist's owner may send to. */
export interface AllowlistEntry {
  recipientId: AgentId;
  name: string;
  status: AgentStatus;
  createdAt: string;
}

export interface Allowlist {
  agentId: AgentId;
  allowlist: AllowlistEntry[];
  pagination: ListPagination;
}

/** One agent that may send to another. */
export interface AllowedSender {
  senderId: AgentId;
  name: string;
  status: AgentStatus;
  createdAt: string;
}

export interface AllowedSenders {
  agentId: AgentId;
  senders: AllowedSender[];
  pagination: ListPagination;
}

/** Another agent of the tenant, for adding edges. */
export interface AllowlistPeer {
  id: AgentId;
  name: string;
  /** There is an edge to it already. */
  receives: boolean;
  /** There is an edge from it already. */
  sends: boolean;
}
