import type { CustomTooltipProps } from "@tremor/react";
import { cx } from "../primitives/cx.ts";

interface ChartTooltipProps extends CustomTooltipProps {
  /** Tailwind's ground of a series' mark. */
  markOf: (color: string | undefined) => string;
  format: (value: number) => string;
}

/** What a chart says of the place that is pointed at. */
export function ChartTooltip({ active, label, payload, markOf, format }: ChartTooltipProps) {
  if (!active || payload === undefined || payload.length === 0) return null;
  return (
    <div className="min-w-32 max-w-72 rounded-lg bg-surface px-3 py-2 text-xs shadow-overlay">
      <p className="tabular mb-1 text-ink-muted">{label}</p>
      {payload.map(({ name, value, color }) => (
        <p key={name} className="flex items-center gap-1.5 py-0.5">
          <span className={cx("size-2 shrink-0 rounded-[2px]", markOf(color))} />
          <span className="min-w-0 flex-1 truncate text-ink-muted">{name}</span>
          <span className="tabular pl-3 font-medium">{format(Number(value))}</span>
        </p>
      ))}
    </div>
  );
}
