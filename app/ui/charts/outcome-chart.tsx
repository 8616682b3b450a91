import { type ComponentType, lazy } from "react";
import { formatCount } from "../primitives/format.ts";
import { useTimeZone } from "../primitives/relative-time.tsx";
import { ChartFrame } from "./chart-frame.tsx";
import { ChartMissing } from "./chart-missing.tsx";
import { type Outcome, type OutcomeBarsProps, type OutcomePoint, outcomes } from "./outcome-series.ts";
import { formatPointTime, stepMsOf } from "./point-time.ts";

interface OutcomeChartProps extends OutcomeBarsProps {
  /** What is shown: "Messages of the last 24 hours, by hour". */
  label: string;
  /** The list behind each total. */
  linkOf(outcome: Outcome): string;
  className?: string | undefined;
}

const OutcomeBars = lazy<ComponentType<OutcomeBarsProps>>(() =>
  import("./outcome-bars.tsx").then(
    ({ OutcomeBars: loaded }) => ({ default: loaded }),
    () => ({ default: ChartMissing }),
  ),
);

/** What was sent over time and what became of it, as stacked bars. */
export function OutcomeChart({ points, isOfDays, label, linkOf, className }: OutcomeChartProps) {
  const timeZone = useTimeZone();
  const stepMs = stepMsOf(points);
  const busiest = points.reduce<OutcomePoint | undefined>(
    (most, point) => (most === undefined || volumeOf(point) > volumeOf(most) ? point : most),
    undefined,
  );
  const isEmpty = busiest === undefined || volumeOf(busiest) === 0;
  const timeOf = ({ at }: OutcomePoint) => formatPointTime(at, stepMs, timeZone, isOfDays);
  const series = outcomes.map(({ outcome, name, mark }) => ({
    name,
    mark,
    total: points.reduce((sum, point) => sum + point[outcome], 0),
    to: linkOf(outcome),
  }));
  const words = series.map(({ name, total }) => `${formatCount(total)} ${name.toLowerCase()}`).join(", ");
  return (
    <ChartFrame
      label={label}
      className={className}
      series={series}
      summary={isEmpty ? "" : `${words}. Most at ${timeOf(busiest)}: ${formatCount(volumeOf(busiest))}.`}
      emptyText={isEmpty ? "Nothing was sent in this time." : undefined}
      rowHeading="Time"
      rows={points.map((point) => ({
        key: point.at,
        heading: timeOf(point),
        cells: outcomes.map(({ outcome }) => formatCount(point[outcome])),
      }))}
    >
      <OutcomeBars points={points} isOfDays={isOfDays} />
    </ChartFrame>
  );
}

const volumeOf = (point: OutcomePoint): number =>
  outcomes.reduce((sum, { outcome }) => sum + point[outcome], 0);
