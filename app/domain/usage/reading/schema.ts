/**
 * What can be asked of usage, and what is answered. Client-safe. Days are UTC's (`2026-03-01`), both ends
 * of a window included; money is in micro-dollars (1,000,000 = $1).
 */
import { z } from "zod";
import type { AgentId } from "#db/ids.ts";
import { type ModelTier, modelTiers } from "../../catalogue.ts";
import { type AgentStatus, agentIdSchema, listLimitMax } from "../../messaging/agent-schema.ts";
import { type QuotaState, quotaStates } from "../../quota-state.ts";

export const usageMetrics = ["tokens", "cost"] as const;
export type UsageMetric = (typeof usageMetrics)[number];

/** What usage can be told apart by. */
export const usageGroupings = ["none", "agent", "model", "provider", "tier", "user"] as const;
export type UsageGrouping = (typeof usageGroupings)[number];

/** Windows of a page, up to today. */
export const usageWindows = ["7d", "30d", "90d", "365d"] as const;
export type UsageWindow = (typeof usageWindows)[number];
export const daysOfWindow: Record<UsageWindow, number> = { "7d": 7, "30d": 30, "90d": 90, "365d": 365 };

export const maxUsageDays = 400;
/** What has no place among the first is one group of its own. */
export const shownGroups = 6;
const earliest = "2000-01-01";
const latest = "2999-12-31";

export const usageDaySchema = z.iso
  .date({ error: "Must be a day such as 2026-03-01" })
  .refine((day) => day >= earliest && day <= latest, { error: `Must be from ${earliest} to ${latest}` });

export const usageMonthSchema = z
  .string()
  .regex(/^2[0-9]{3}-(0[1-9]|1[0-2])$/, "Must be a month such as 2026-03");

const line = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => !/[\p{Cc}\p{Surrogate}]/u.test(text), { error: "Must be printable text on one line" });

/** Which usage is looked at. */
export const usageFilterFields = {
  agentId: agentIdSchema,
  tier: z.enum(modelTiers),
  model: line(200),
};
const filters = z.object(usageFilterFields).partial().shape;

export interface UsageFilters {
  agentId?: AgentId | undefined;
  tier?: ModelTier | undefined;
  model?: string | undefined;
}

/** Without a `from` the last 30 days, without a `to` up to today. */
const span = { from: usageDaySchema.optional(), to: usageDaySchema.optional() };

interface AskedDays {
  from?: string | undefined;
  to?: string | undefined;
}

const isInOrder = ({ from, to }: AskedDays): boolean => from === undefined || to === undefined || from <= to;
const outOfOrder = { path: ["to"], error: "Must not be before from" };

export const dailyUsageQuerySchema = z
  .strictObject({
    ...span,
    ...filters,
    metric: z.enum(usageMetrics).default("tokens"),
    by: z.enum(usageGroupings).default("none"),
  })
  .refine(isInOrder, outOfOrder)
  // By user it is counted for the tenant as a whole.
  .refine(
    ({ by, agentId, tier, model }) =>
      by !== "user" || [agentId, tier, model].every((value) => value === undefined),
    { path: ["by"], error: "user goes without agentId, tier and model" },
  );
export type DailyUsageQuery = z.output<typeof dailyUsageQuerySchema>;

export interface UsageSums {
  /** Queries that were reported. */
  events: number;
  /** Input and output. */
  tokens: number;
  inputTokens: number;
  outputTokens: number;
  cachedTokens: number;
  thinkingTokens: number;
  costMicros: number;
}

export interface UsageGroup {
  /** An agent's id, a model, a provider, a tier, a user as the reporter names them; null for all that are left. */
  id: string | null;
  name: string;
  total: number;
  previousTotal: number;
  /** A day each. */
  values: number[];
}

export interface DailyUsage {
  metric: UsageMetric;
  by: UsageGrouping | "tenant";
  window: { from: string; to: string };
  previous: { from: string; to: string };
  totals: UsageSums;
  previousTotals: UsageSums;
  /**
   * Days that are over beside the same days one window earlier, so that like is compared; null where
   * none is.
   */
  comparison: { current: UsageSums; previous: UsageSums } | null;
  /** Oldest first, also where nothing was used. `previous` is the value one window earlier. */
  days: { day: string; value: number; previous: number }[];
  /** Those with most first, then what is left as one; empty with `by=none`. */
  groups: UsageGroup[];
}

export type { QuotaState };

export const agentUsageSorts = ["name", "tokens", "cost", "percent"] as const;
export type AgentUsageSort = (typeof agentUsageSorts)[number];

const wholeNumber = (max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, "Must be a whole number")
    .transform(Number)
    .pipe(z.number().min(1).max(max));

export const agentUsageQuerySchema = z.strictObject({
  /** The default is this one. */
  month: usageMonthSchema.optional(),
  sort: z.enum(agentUsageSorts).default("tokens"),
  /** The default is `asc` of names, `desc` of figures. */
  order: z.enum(["asc", "desc"]).optional(),
  /** Words that the name has, or the agent's id. */
  search: z.string().trim().max(200).optional(),
  tier: z.enum(modelTiers).optional(),
  state: z.enum(quotaStates).optional(),
  limit: wholeNumber(listLimitMax).default(listLimitMax),
  cursor: z.string().min(1).max(1_000).optional(),
});
export type AgentUsageQuery = z.output<typeof agentUsageQuerySchema>;

/** What one agent has used of its quota in a month. */
export interface AgentUsage {
  tenantId: string;
  /** Only where all tenants' agents are listed. */
  tenantName?: string;
  agentId: AgentId;
  name: string;
  tier: ModelTier;
  status: AgentStatus;
  usedTokens: number;
  /** Of its tier, a month. */
  quotaTokens: number;
  /** Of the quota, weighed by the tier that each token was used at. */
  percent: number;
  quotaState: QuotaState;
  /** In percent of the quota: where its sends stop. */
  ceilingPercent: number;
  /** What its sends are subject to now, by its quota or by a budget. */
  hold: "limited" | "paused" | null;
  costMicros: number;
  /** Tokens of the month's days that are over and of as many of the month before; null on its first day. */
  trend: { current: number; previous: number } | null;
}

export interface AgentUsageList {
  month: string;
  agents: AgentUsage[];
  /** Of all agents, whatever is filtered. */
  states: Record<QuotaState, number>;
  pagination: { total: number; limit: number; nextCursor: string | null };
}

export const toolUsageLimitMax = 100;

export const toolUsageQuerySchema = z
  .strictObject({
    ...span,
    agentId: agentIdSchema.optional(),
    limit: wholeNumber(toolUsageLimitMax).default(20),
  })
  .refine(isInOrder, outOfOrder);
export type ToolUsageQuery = z.output<typeof toolUsageQuerySchema>;

export interface ToolUsage {
  window: { from: string; to: string };
  /** Those that were called most first. */
  tools: { tool: string; calls: number; previousCalls: number }[];
  /** Of all tools. */
  totalCalls: number;
  toolCount: number;
}

export const usageExportFormats = ["csv", "ndjson"] as const;
export type UsageExportFormat = (typeof usageExportFormats)[number];

export const usageExportQuerySchema = z
  .strictObject({ ...span, ...filters, format: z.enum(usageExportFormats).default("csv") })
  .refine(isInOrder, outOfOrder);
export type UsageExportQuery = z.output<typeof usageExportQuerySchema>;
