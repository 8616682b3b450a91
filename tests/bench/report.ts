/** One figure of the report. */
export interface Figure {
  what: string;
  measured: string;
  /** What it should be (DESIGN: figures to meet), and whether it is. */
  target?: string;
  met?: boolean;
  /** The plan of the statement behind it, as PostgreSQL explains it. */
  plan?: string;
}

export const perSecond = (rate: number): string => `${Math.round(rate).toLocaleString("en-US")}/s`;
export const ratio = (a: number, b: number): string => `${(a / b).toFixed(2)} ×`;
export const milliseconds = (ms: number): string => `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
export const kibibytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;

/** The value below which `share` (0 to 1) of the samples lie. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** A table for a terminal. */
export function formatFigures(title: string, figures: readonly Figure[]): string {
  const width = Math.max(...figures.map(({ what }) => what.length));
  const lines = figures.map(({ what, measured, target, met }) => {
    const verdict = target === undefined ? "" : `   ${met === true ? "✓" : "✗"} ${target}`;
    return `  ${what.padEnd(width)}   ${measured}${verdict}`;
  });
  const plans = figures.flatMap(({ what, plan }) =>
    plan === undefined ? [] : [`\n  ${what}\n${plan.replace(/^/gm, "    ")}`],
  );
  return `\n${title}\n${[...lines, ...plans].join("\n")}\n`;
}
