/** Tokens, as Tremor takes them: `stroke-series-1` and the others are in tailwind.config.ts's safelist. */
export const lineMarks = {
  "series-1": "bg-series-1",
  "series-2": "bg-series-2",
  "series-3": "bg-series-3",
  "series-4": "bg-series-4",
  "series-5": "bg-series-5",
  "series-6": "bg-series-6",
  "ink-faint": "bg-ink-faint",
  "line-strong": "bg-line-strong",
} as const;
export type LineColor = keyof typeof lineMarks;

export const seriesColors = [
  "series-1",
  "series-2",
  "series-3",
  "series-4",
  "series-5",
  "series-6",
] as const satisfies readonly LineColor[];

export interface LinesProps {
  /** A point each: its time, and a figure a line by its name. */
  data: readonly Record<string, string | number>[];
  /** The ones behind come first. */
  lines: readonly { name: string; color: LineColor }[];
  inShort: (value: number) => string;
  inFull: (value: number) => string;
}
