import { BarChart, type CustomTooltipProps } from "@tremor/react";
import { formatCompact, formatCount } from "../primitives/format.ts";
import { formatPointTime, stepMsOf } from "./point-time.ts";
import type { TrafficBarsProps } from "./traffic-point.ts";

const categories = ["Delivered", "Refused"];
// Tokens, as Tremor takes them: `fill-ok` and `fill-bad` are in tailwind.config.ts's safelist.
const colors = ["ok", "bad"];

/** The drawing of a TrafficChart. Loaded lazily: it brings Tremor's charts with it. */
export function TrafficBars({ points }: TrafficBarsProps) {
  const stepMs = stepMsOf(points);
  return (
    <BarChart
      className="h-full"
      data={points.map(({ at, delivered, refused }) => ({
        time: formatPointTime(at, stepMs, undefined),
        Delivered: delivered,
        Refused: refused,
      }))}
      index="time"
      categories={categories}
      colors={colors}
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

function Tooltip({ active, label, payload }: CustomTooltipProps) {
  if (!active || payload === undefined || payload.length === 0) return null;
  return (
    <div className="min-w-32 rounded-lg bg-surface px-3 py-2 text-xs shadow-overlay">
      <p className="tabular mb-1 text-ink-muted">{label}</p>
      {payload.map(({ name, value, color }) => (
        <p key={name} className="flex items-center gap-1.5 py-0.5">
          <span className={color === "bad" ? "size-2 rounded-[2px] bg-bad" : "size-2 rounded-[2px] bg-ok"} />
          <span className="flex-1 text-ink-muted">{name}</span>
          <span className="tabular pl-3 font-medium">{formatCount(Number(value))}</span>
        </p>
      ))}
    </div>
  );
}
