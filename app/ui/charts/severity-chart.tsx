import { type ComponentType, lazy } from "react";
import { formatCount } from "../primitives/format.ts";
import { useTimeZone } from "../primitives/relative-time.tsx";
import { ChartFrame } from "./chart-frame.tsx";
import { ChartMissing } from "./chart-missing.tsx";
import { formatPointTime, stepMsOf } from "./point-time.ts";
import {
  type SeverityBarsProps,
  type SeverityName,
  type SeverityPoint,
  severitySeries,
} from "./severity-points.ts";

interface SeverityChartProps extends SeverityBarsProps {
  /** What is shown: "Alerts of the last 30 days, by day". */
  label: string;
  /** The list behind each total. */
  linkOf?(severity: SeverityName): string;
}

const SeverityBars = lazy<ComponentType<SeverityBarsProps>>(() =>
  import("./severity-bars.tsx").then(
    ({ SeverityBars: loaded }) => ({ default: loaded }),
    () => ({ default: ChartMissing }),
  ),
);

/** Alerts over time by severity, as stacked bars. */
export function SeverityChart({ points, isOfDays, label, linkOf }: SeverityChartProps) {
  const timeZone = useTimeZone();
  const stepMs = stepMsOf(points);
  const timeOf = ({ at }: SeverityPoint) => formatPointTime(at, stepMs, timeZone, isOfDays);
  const busiest = points.reduce<SeverityPoint | undefined>(
    (most, point) => (most === undefined || volumeOf(point) > volumeOf(most) ? point : most),
    undefined,
  );
  const isEmpty = busiest === undefined || volumeOf(busiest) === 0;
  const series = severitySeries.map(({ severity, name, mark }) => ({
    ...{ name, mark, to: linkOf?.(severity) },
    total: points.reduce((sum, point) => sum + point[severity], 0),
  }));
  const words = series.map(({ name, total }) => `${formatCount(total)} ${name.toLowerCase()}`).join(", ");
  return (
    <ChartFrame
      label={label}
      series={series}
      summary={isEmpty ? "" : `${words}. Most at ${timeOf(busiest)}: ${formatCount(volumeOf(busiest))}.`}
      emptyText={isEmpty ? "Nothing was found in this time." : undefined}
      rowHeading="Time"
      rows={points.map((point) => ({
        key: point.at,
        heading: timeOf(point),
        cells: severitySeries.map(({ severity }) => formatCount(point[severity])),
      }))}
    >
      <SeverityBars points={points} isOfDays={isOfDays} />
    </ChartFrame>
  );
}

const volumeOf = ({ info, warning, critical }: SeverityPoint): number => info + warning + critical;
