import type {
  QuotaState,
  UsageGrouping,
  UsageMetric,
  UsageWindow,
} from "#app/domain/usage/reading/schema.ts";
import type { Tone } from "../primitives/badge.tsx";
import { formatCompact, formatCount, formatMonth } from "../primitives/format.ts";
import { formatCompactMoney, formatCost } from "./cost-words.ts";

/** The words of usage as people read them. */
export const windowWords: Record<UsageWindow, { label: string; span: string }> = {
  "7d": { label: "Last 7 days", span: "7 days" },
  "30d": { label: "Last 30 days", span: "30 days" },
  "90d": { label: "Last 90 days", span: "90 days" },
  "365d": { label: "Last 12 months", span: "12 months" },
};

export const metricWords: Record<UsageMetric, { label: string }> = {
  tokens: { label: "Tokens" },
  cost: { label: "Cost" },
};

export const groupingWords: Record<Exclude<UsageGrouping, "none"> | "tenant", { label: string; by: string }> =
  {
    tenant: { label: "By organisation", by: "organisation" },
    agent: { label: "By agent", by: "agent" },
    model: { label: "By model", by: "model" },
    provider: { label: "By provider", by: "provider" },
    tier: { label: "By tier", by: "tier" },
    user: { label: "By user", by: "user" },
  };

export const stateWords: Record<QuotaState, { label: string; tone: Tone }> = {
  normal: { label: "Within quota", tone: "ok" },
  warning: { label: "Near its quota", tone: "warn" },
  limited: { label: "Limited", tone: "bad" },
  paused: { label: "Paused by quota", tone: "bad" },
};

export const inFull = (metric: UsageMetric): ((value: number) => string) =>
  metric === "tokens" ? formatCount : formatCost;
export const inShort = (metric: UsageMetric): ((value: number) => string) =>
  metric === "tokens" ? formatCompact : formatCompactMoney;

/** "2026-11" → "November 2026". */
export const monthInWords = (month: string): string => formatMonth(`${month}-01`);

/** "+12 %", "−3 %", "New"; undefined where there is nothing to compare. */
export function changeOf(current: number, previous: number): string | undefined {
  if (previous === 0) return current === 0 ? undefined : "New";
  const percent = Math.round(((current - previous) / previous) * 100);
  if (percent > 999) return `${Math.round(current / previous)} ×`;
  return `${percent > 0 ? "+" : percent < 0 ? "−" : "±"}${Math.abs(percent)} %`;
}
