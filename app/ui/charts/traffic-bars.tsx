import { formatPointTime, stepMsOf } from "./point-time.ts";
import { StackedBars } from "./stacked-bars.tsx";
import type { TrafficBarsProps } from "./traffic-point.ts";

const categories = ["Delivered", "Not delivered"];
const colors = ["ok", "bad"] as const;

/** The drawing of a TrafficChart. Loaded lazily: it brings Tremor's charts with it. */
export function TrafficBars({ points }: TrafficBarsProps) {
  const stepMs = stepMsOf(points);
  return (
    <StackedBars
      data={points.map(({ at, delivered, refused }) => ({
        time: formatPointTime(at, stepMs, undefined),
        Delivered: delivered,
        "Not delivered": refused,
      }))}
      categories={categories}
      colors={colors}
    />
  );
}
