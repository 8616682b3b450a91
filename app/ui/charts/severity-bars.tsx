import { formatPointTime, stepMsOf } from "./point-time.ts";
import { type SeverityBarsProps, severitySeries } from "./severity-points.ts";
import { StackedBars } from "./stacked-bars.tsx";

/** The drawing of a SeverityChart. Loaded lazily: it brings Tremor's charts with it. */
export function SeverityBars({ points, isOfDays }: SeverityBarsProps) {
  const stepMs = stepMsOf(points);
  return (
    <StackedBars
      data={points.map((point) => ({
        time: formatPointTime(point.at, stepMs, undefined, isOfDays),
        ...Object.fromEntries(severitySeries.map(({ severity, name }) => [name, point[severity]])),
      }))}
      categories={severitySeries.map(({ name }) => name)}
      colors={severitySeries.map(({ color }) => color)}
    />
  );
}
