import { BarChart, type CustomTooltipProps } from "@tremor/react";
import { cx } from "../primitives/cx.ts";
import { formatCompact, formatCount } from "../primitives/format.ts";

/** Tokens, as Tremor takes them: `fill-ok` and the others are in tailwind.config.ts's safelist. */
const marks = {
  ok: "bg-ok",
  info: "bg-info",
  warn: "bg-warn",
  bad: "bg-bad",
  "bad-ink": "bg-bad-ink",
} as const;
export type BarColor = keyof typeof marks;

interface StackedBarsProps {
  /** A bar each: its time, and a figure a category. */
  data: readonly Record<string, string | number>[];
  /** From the bottom up. */
  categories: readonly string[];
  colors: readonly BarColor[];
}

/** Bars over time. Loaded lazily: it brings Tremor's charts with it. */
export function StackedBars({ data, categories, colors }: StackedBarsProps) {
  return (
    <BarChart
      className="h-full"
      data={[...data]}
      index="time"
      categories={[...categories]}
      colors={[...colors]}
      valueFormatter={formatCompact}
      customTooltip={Tooltip}
      stack
      showLegend={false}
      allowDecimals={false}
      yAxisWidth={36}
      tickGap={40}
      padding={{ left: 4, right: 4 }}
      barCategoryGap="22%"
    />
  );
}

const markOf = (color: string | undefined): string =>
  Object.entries(marks).find(([name]) => name === color)?.[1] ?? marks.ok;

function Tooltip({ active, label, payload }: CustomTooltipProps) {
  if (!active || payload === undefined || payload.length === 0) return null;
  return (
    <div className="min-w-32 rounded-lg bg-surface px-3 py-2 text-xs shadow-overlay">
      <p className="tabular mb-1 text-ink-muted">{label}</p>
      {payload.map(({ name, value, color }) => (
        <p key={name} className="flex items-center gap-1.5 py-0.5">
          <span className={cx("size-2 rounded-[2px]", markOf(color))} />
          <span className="flex-1 text-ink-muted">{name}</span>
          <span className="tabular pl-3 font-medium">{formatCount(Number(value))}</span>
        </p>
      ))}
    </div>
  );
}
