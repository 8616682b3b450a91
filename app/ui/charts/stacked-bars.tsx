import { BarChart, type CustomTooltipProps } from "@tremor/react";
import { formatCompact, formatCount } from "../primitives/format.ts";
import { ChartTooltip } from "./chart-tooltip.tsx";

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

const Tooltip = (props: CustomTooltipProps) => (
  <ChartTooltip {...props} markOf={markOf} format={formatCount} />
);
