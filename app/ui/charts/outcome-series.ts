import type { BarColor } from "./stacked-bars.tsx";

/** Messages that were sent in a stretch of time, which begins at `at`, by what became of them. */
export interface OutcomePoint {
  at: string;
  delivered: number;
  pending: number;
  expired: number;
  failed: number;
  blocked: number;
}

export type Outcome = Exclude<keyof OutcomePoint, "at">;

/** From the bottom up. What was blocked and what failed are both bad, in two shades of it. */
export const outcomes: readonly { outcome: Outcome; name: string; color: BarColor; mark: string }[] = [
  { outcome: "delivered", name: "Delivered", color: "ok", mark: "bg-ok" },
  { outcome: "pending", name: "On its way", color: "info", mark: "bg-info" },
  { outcome: "expired", name: "Expired", color: "warn", mark: "bg-warn" },
  { outcome: "failed", name: "Failed", color: "bad-ink", mark: "bg-bad-ink" },
  { outcome: "blocked", name: "Blocked", color: "bad", mark: "bg-bad" },
];

export interface OutcomeBarsProps {
  /** Oldest first, evenly spaced. */
  points: readonly OutcomePoint[];
  /** Whether they are of several days. */
  isOfDays: boolean;
}
