import type { BarColor } from "./stacked-bars.tsx";

/** Alerts that were opened in a stretch of time, which begins at `at`, by how much they matter. */
export interface SeverityPoint {
  at: string;
  info: number;
  warning: number;
  critical: number;
}

export type SeverityName = Exclude<keyof SeverityPoint, "at">;

/** From the bottom up: what matters most stands on the axis, where bars are compared. */
export const severitySeries: readonly {
  severity: SeverityName;
  name: string;
  color: BarColor;
  mark: string;
}[] = [
  { severity: "critical", name: "Critical", color: "bad", mark: "bg-bad" },
  { severity: "warning", name: "Warning", color: "warn", mark: "bg-warn" },
  { severity: "info", name: "Info", color: "info", mark: "bg-info" },
];

export interface SeverityBarsProps {
  /** Oldest first, evenly spaced. */
  points: readonly SeverityPoint[];
  /** Whether they are of several days. */
  isOfDays: boolean;
}
