import { type ComponentType, lazy } from "react";
import type { DailyUsage } from "#app/domain/usage/reading/schema.ts";
import { ChartFrame } from "../charts/chart-frame.tsx";
import { ChartMissing } from "../charts/chart-missing.tsx";
import { type LineColor, type LinesProps, lineMarks, seriesColors } from "../charts/lines-props.ts";
import { formatPointTime } from "../charts/point-time.ts";
import { inFull, inShort, metricWords } from "./usage-words.ts";

const Lines = lazy<ComponentType<LinesProps>>(() =>
  import("../charts/lines.tsx").then(
    ({ Lines: loaded }) => ({ default: loaded }),
    () => ({ default: ChartMissing }),
  ),
);

const dayMs = 86_400_000;

interface Line {
  name: string;
  color: LineColor;
  total: number;
  values: readonly number[];
  to?: string | undefined;
}

interface UsageChartProps {
  usage: DailyUsage;
  label: string;
  /** The same page with only a group's usage; undefined where it cannot be narrowed to it. */
  linkOf: (groupId: string) => string | undefined;
}

/** Usage by day as lines: the whole with the time before behind it, or a line for each of those with most. */
export function UsageChart({ usage, label, linkOf }: UsageChartProps) {
  const { metric, days } = usage;
  const lines = linesOf(usage, linkOf);
  const format = inFull(metric);
  const most = days.reduce((one, other) => (other.value > one.value ? other : one), { day: "", value: 0 });
  const isEmpty = days.every(({ value, previous }) => value === 0 && previous === 0);
  return (
    <ChartFrame
      label={label}
      series={lines.toReversed().map(({ name, color, total, to }) => ({
        name,
        mark: lineMarks[color],
        total,
        shown: format(total),
        to,
      }))}
      summary={`${lines
        .toReversed()
        .map(({ name, total }) => `${name}: ${format(total)}`)
        .join(", ")}.${most.value > 0 ? ` Most on ${dayInWords(most.day)}: ${format(most.value)}.` : ""}`}
      emptyText={isEmpty ? "Nothing was used in this time." : undefined}
      rowHeading="Day"
      rows={days.map(({ day }, index) => ({
        key: day,
        heading: dayInWords(day),
        cells: lines.toReversed().map(({ values }) => format(values[index] ?? 0)),
      }))}
    >
      <Lines
        data={days.map(({ day }, index) => ({
          time: dayInWords(day),
          ...Object.fromEntries(lines.map(({ name, values }) => [name, values[index] ?? 0])),
        }))}
        lines={lines}
        inShort={inShort(metric)}
        inFull={format}
      />
    </ChartFrame>
  );
}

/** Days are UTC's everywhere, since they are counted so. */
const dayInWords = (day: string): string => formatPointTime(day, dayMs, undefined);

/** From the one behind to the one in front. */
function linesOf({ by, metric, days, groups }: DailyUsage, linkOf: UsageChartProps["linkOf"]): Line[] {
  if (by === "none" || groups.length === 0) {
    const [values, previous] = [days.map(({ value }) => value), days.map((day) => day.previous)];
    return [
      { name: "Time before", color: "ink-faint", values: previous, total: sumOf(previous) },
      { name: metricWords[metric].label, color: "series-1", values, total: sumOf(values) },
    ];
  }
  return named(groups)
    .map(({ id, name, values, total }, index): Line => {
      const color = id === null ? "line-strong" : (seriesColors[index] ?? "ink-faint");
      return { name, color, values, total, to: id === null ? undefined : linkOf(id) };
    })
    .toReversed();
}

/** Two may have one name, and a line is known by it. */
function named(groups: DailyUsage["groups"]): DailyUsage["groups"] {
  return groups.map((group, index) => {
    const isTaken = groups.slice(0, index).some(({ name }) => name === group.name);
    return isTaken ? { ...group, name: `${group.name} (${index + 1})` } : group;
  });
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
