import { z } from "zod";
import { type AgentId, parseId } from "#db/ids.ts";

export const modelTiers = ["haiku", "sonnet", "opus"] as const;
export type ModelTier = (typeof modelTiers)[number];

export const thinkingModes = ["off", "low", "medium", "high"] as const;
export type ThinkingMode = (typeof thinkingModes)[number];

export const agentStatuses = ["active", "paused"] as const;
export type AgentStatus = (typeof agentStatuses)[number];

export const mailboxModes = ["read", "claim", "push"] as const;
export type MailboxMode = (typeof mailboxModes)[number];

/** Tokens a month. */
export const tokenQuotaOfTier: Record<ModelTier, number> = {
  haiku: 20_000_000,
  sonnet: 10_000_000,
  opus: 5_000_000,
};

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
    /** Why a person pauses it. Only with `status: "paused"`. */
    pausedReason: z
      .string()
      .trim()
      .min(1)
      .max(500)
      .regex(oneLine, "must be one line without control characters")
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

export interface AgentView {
  id: AgentId;
  name: string;
  description: string | null;
  modelTier: ModelTier;
  thinkingMode: ThinkingMode;
  status: AgentStatus;
  pausedReason: string | null;
  tokenQuota: number;
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
