import type { RuleKind } from "./rule-kinds.ts";

/** Told what the evaluator of alerts does. */
export interface AlertMetrics {
  /** An alert was opened or has come back. */
  opened(kind: RuleKind): void;
  /** So many events were looked at, and how far behind the newest it is now. */
  evaluated(events: number, lagMs: number): void;
  /** An event could not be looked at. */
  skipped(): void;
}
