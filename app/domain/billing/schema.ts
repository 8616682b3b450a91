/** What the fleet costs: statements, invoices, and what an admin decides about them. Client-safe. */
import { z } from "zod";
import { type AgentId, type InvoiceId, parseId } from "#db/ids.ts";
import { type ModelTier, type Plan, plans, type ThinkingMode } from "../catalogue.ts";
import type { Period } from "../usage/period.ts";

export type { ModelTier, Period, Plan, ThinkingMode };

export const changeOverageSchema = z.strictObject({ enabled: z.boolean() });
export const changeOwnPlanSchema = z.strictObject({ plan: z.enum(plans) });

export const invoiceIdSchema = z.custom<InvoiceId>(
  (value) => parseId(value, "bil") !== undefined,
  "must be an invoice id (bil_…)",
);

export const invoiceListSchema = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,3}$/, "must be a whole number")
    .transform(Number)
    .pipe(z.number().min(1).max(100))
    .default(50),
  /** The last answer's `nextCursor`. */
  cursor: invoiceIdSchema.optional(),
});
export type InvoiceListQuery = z.output<typeof invoiceListSchema>;

export const billingFormats = ["json", "csv"] as const;
export const billingFormatSchema = z.strictObject({ format: z.enum(billingFormats).default("json") });

/** What a line is for. */
export const lineKinds = ["plan", "included", "agent", "thinking", "overage", "adjustment"] as const;
export type LineKind = (typeof lineKinds)[number];

/** One line of a statement. Amounts are micro-dollars, rounded to the cent; the total is their sum. */
export interface StatementLine {
  kind: LineKind;
  /** A plan, a tier or a thinking mode: with the kind, what the line is of. */
  item: Plan | ModelTier | ThinkingMode;
  description: string;
  /** To six decimals; what the amount is made of is exact. */
  quantity: number;
  unit: "month" | "million_tokens";
  unitPriceMicros: number;
  amountMicros: number;
  /** The month that it is of: an adjustment's is an earlier one than its invoice's. */
  period: Period;
}

export interface Totals {
  lines: StatementLine[];
  totalMicros: number;
}

/** What an agent has part in, in micro-dollars; not rounded to the cent, since no line is of one agent. */
export interface AgentCost {
  agentId: AgentId;
  name: string;
  modelTier: ModelTier;
  thinkingMode: ThinkingMode;
  /** Whether it is in the plan's price, as it is now. */
  isIncluded: boolean;
  usedTokens: number;
  /** Of its quota of the month. */
  usedPercent: number;
  /** That are charged. */
  overageTokens: number;
  overageMicros: number;
  /** Of the whole month, as things stand. */
  totalMicros: number;
}

export interface PlanOffer {
  plan: Plan;
  baseMicros: number;
  includedAgents: number;
  offersOverage: boolean;
  /** A whole month on it with the present agents, without overage. */
  monthlyMicros: number;
}

export interface ForecastDriver {
  agentId: AgentId;
  name: string;
  /** What its pace adds to the month's overage. */
  addedMicros: number;
  /** Tokens by the end of the month. */
  projectedTokens: number;
}

/** The present month of a tenant. */
export interface BillingOverview {
  period: Period;
  /** When the month is over and its invoice is made. */
  nextBillingDate: string;
  plan: PlanOffer;
  /** All plans, the present one among them. */
  plans: PlanOffer[];
  agents: {
    included: Partial<Record<ModelTier, number>>;
    additional: Partial<Record<ModelTier, number>>;
  };
  base: { amountMicros: number };
  additionalAgents: { tier: ModelTier; agents: number; unitPriceMicros: number; amountMicros: number }[];
  surcharges: { thinkingMode: ThinkingMode; agents: number; unitPriceMicros: number; amountMicros: number }[];
  overage: {
    offered: boolean;
    enabled: boolean;
    /** So far. */
    tokens: number;
    amountMicros: number;
    byTier: { tier: ModelTier; tokens: number; pricePerMillionMicros: number; amountMicros: number }[];
    /** Over quota while overage was off: they cost nothing, their agents were limited. */
    freeTokens: number;
  };
  /** The whole month as things stand: its recurring prices to the end, and the overage so far. */
  lines: StatementLine[];
  totalMicros: number;
  /** What has been used of it by now. */
  accruedMicros: number;
  forecast: {
    /** By the end of the month, if agents go on as in the days before. */
    totalMicros: number;
    overageMicros: number;
    /** Of how many days that pace is. */
    paceDays: number;
    /** Those whose overage would grow, the dearest first; five at most. */
    drivers: ForecastDriver[];
  };
  /** Null in a tenant's first month. */
  lastMonth: { period: Period; totalMicros: number; invoiceId: InvoiceId | null } | null;
  /** The dearest first; at most `maxAgentCosts`. */
  agentCosts: AgentCost[];
  agentCount: number;
}

/** So many agents are named in an overview. */
export const maxAgentCosts = 100;

export interface InvoiceSummary {
  id: InvoiceId;
  number: string;
  period: Period;
  plan: Plan;
  totalMicros: number;
  issuedAt: string;
}

export interface InvoiceView extends InvoiceSummary {
  /** The organisation's name when it was issued. */
  billedTo: string;
  lines: StatementLine[];
}

export interface InvoiceList {
  /** The newest first. */
  invoices: InvoiceSummary[];
  nextCursor: InvoiceId | null;
}
