const units = [
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
] as const;

/** A duration in the unit that it is read in: "4 ms", "1.2 s", "12 min", "3.5 h". */
export function durationInWords(ms: number): string {
  for (const [unit, unitMs] of units) if (ms >= unitMs) return `${shortened(ms / unitMs)} ${unit}`;
  return `${shortened(ms)} ms`;
}

const shortened = (value: number): string =>
  value < 10 ? String(Math.round(value * 10) / 10) : String(Math.round(value));
