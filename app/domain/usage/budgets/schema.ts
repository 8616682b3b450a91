/**
 * Budgets, and the money that runs set aside of them. Client-safe. Amounts are micro-dollars
 * (1,000,000 = $1) of a calendar month in UTC.
 */
import { z } from "zod";
import { type AgentId, type BudgetId, parseId, type ReservationId } from "#db/ids.ts";
import { agentIdSchema } from "../../messaging/agent-schema.ts";
import type { QuotaState } from "../../quota-state.ts";

/** A billion dollars. */
const maxMicros = 1_000_000_000_000_000;
const amount = z.int().min(1).max(maxMicros);

export const putBudgetSchema = z.strictObject({
  /** Whose; null or absent: what all of the tenant's agents may cost together. */
  agentId: agentIdSchema.nullable().default(null),
  amountMicros: amount,
});
export type PutBudgetInput = z.output<typeof putBudgetSchema>;

export const budgetIdSchema = z.custom<BudgetId>(
  (value) => parseId(value, "bgt") !== undefined,
  "must be a budget id (bgt_…)",
);

/** An amount as a form has it: dollars, perhaps with cents, to micro-dollars. */
export const dollarsSchema = z
  .string()
  .trim()
  .transform((text) => text.replace(/^\$/, "").replaceAll(",", ""))
  .refine((text) => /^\d{1,9}(\.\d{1,2})?$/.test(text), { error: "must be dollars, such as 250 or 99.50" })
  .transform((text) => Math.round(Number(text) * 100) * 10_000)
  .pipe(amount);

export interface BudgetView {
  id: BudgetId;
  /** Null: the whole tenant's. */
  agentId: AgentId | null;
  agentName: string | null;
  amountMicros: number;
  /** This month. */
  spentMicros: number;
  /** Of reservations that are open. */
  reservedMicros: number;
  /** What can still be reserved; never below 0. */
  remainingMicros: number;
  /** Of the amount, spent. */
  percent: number;
  /** The same steps as a quota's. */
  state: QuotaState;
  /** In percent of the amount: where sends stop. */
  ceilingPercent: number;
  updatedAt: string;
}

export interface BudgetList {
  /** `2026-03`. */
  month: string;
  /** The tenant's first, then the agents' by name. */
  budgets: BudgetView[];
}

export const maxReservationSeconds = 86_400;

export const reserveSchema = z.strictObject({
  /** An agent's key reserves for its own agent alone. */
  agentId: agentIdSchema,
  amountMicros: amount,
  /** After so long it is free again by itself. */
  ttlSeconds: z.int().min(1).max(maxReservationSeconds).default(900),
  runId: z
    .string()
    .min(1)
    .max(200)
    .refine((text) => !/[\p{Cc}\p{Surrogate}]/u.test(text), {
      error: "must be printable text on one line",
    })
    .optional(),
});
export type ReserveInput = z.output<typeof reserveSchema>;

export const reservationIdSchema = z.custom<ReservationId>(
  (value) => parseId(value, "rsv") !== undefined,
  "must be a reservation id (rsv_…)",
);

export const settleSchema = z.strictObject({
  /** What the run has cost in all; default: what its usage events say. */
  costMicros: z.int().min(0).max(maxMicros).optional(),
});
export type SettleInput = z.output<typeof settleSchema>;

export const reservationStatuses = ["open", "settled", "released", "expired"] as const;
export type ReservationStatus = (typeof reservationStatuses)[number];

export interface ReservationView {
  id: ReservationId;
  agentId: AgentId;
  status: ReservationStatus;
  amountMicros: number;
  /** What the run has cost: so far by its usage events, in the end as it was settled. */
  costMicros: number;
  runId: string | null;
  expiresAt: string;
  endedAt: string | null;
}

export interface ReservationMade extends ReservationView {
  /** What is left of each budget that holds for the agent. */
  budgets: { budgetId: BudgetId; agentId: AgentId | null; remainingMicros: number }[];
}
