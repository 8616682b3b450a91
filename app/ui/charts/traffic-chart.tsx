import { type ComponentType, lazy } from "react";
import { formatCount } from "../primitives/format.ts";
import { useTimeZone } from "../primitives/relative-time.tsx";
import { ChartFrame } from "./chart-frame.tsx";
import { ChartMissing } from "./chart-missing.tsx";
import { formatPointTime, stepMsOf } from "./point-time.ts";
import type { TrafficBarsProps, TrafficPoint } from "./traffic-point.ts";

interface TrafficChartProps {
  /** Oldest first, evenly spaced, also where nothing was sent. */
  points: readonly TrafficPoint[];
  /** What is shown: "Messages of the last hour, by minute". */
  label: string;
  /** The lists behind the two totals. */
  links?: { delivered: string; refused: string } | undefined;
  className?: string | undefined;
}

// Tremor's charts weigh more than a page does; they come when one is shown, and a page lives without.
const TrafficBars = lazy<ComponentType<TrafficBarsProps>>(() =>
  import("./traffic-bars.tsx").then(
    ({ TrafficBars: loaded }) => ({ default: loaded }),
    () => ({ default: ChartMissing }),
  ),
);

/** Messages over time, delivered and not, as stacked bars. */
export function TrafficChart({ points, label, links, className }: TrafficChartProps) {
  const timeZone = useTimeZone();
  const stepMs = stepMsOf(points);
  const delivered = points.reduce((sum, point) => sum + point.delivered, 0);
  const refused = points.reduce((sum, point) => sum + point.refused, 0);
  const busiest = points.reduce<TrafficPoint | undefined>(
    (most, point) => (most === undefined || volumeOf(point) > volumeOf(most) ? point : most),
    undefined,
  );
  const isEmpty = busiest === undefined || volumeOf(busiest) === 0;
  const timeOf = ({ at }: TrafficPoint) => formatPointTime(at, stepMs, timeZone);
  return (
    <ChartFrame
      label={label}
      className={className}
      series={[
        { name: "Delivered", mark: "bg-ok", total: delivered, to: links?.delivered },
        { name: "Not delivered", mark: "bg-bad", total: refused, to: links?.refused },
      ]}
      summary={
        isEmpty
          ? ""
          : `${formatCount(delivered)} delivered, ${formatCount(refused)} not delivered. Most at ${timeOf(busiest)}: ${formatCount(volumeOf(busiest))}.`
      }
      emptyText={isEmpty ? "Nothing was sent in this time." : undefined}
      rowHeading="Time"
      rows={points.map((point) => ({
        key: point.at,
        heading: timeOf(point),
        cells: [formatCount(point.delivered), formatCount(point.refused)],
      }))}
    >
      <TrafficBars points={points} />
    </ChartFrame>
  );
}

const volumeOf = ({ delivered, refused }: TrafficPoint): number => delivered + refused;
