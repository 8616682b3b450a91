import { type OutcomeBarsProps, outcomes } from "./outcome-series.ts";
import { formatPointTime, stepMsOf } from "./point-time.ts";
import { StackedBars } from "./stacked-bars.tsx";

/** The drawing of an OutcomeChart. Loaded lazily: it brings Tremor's charts with it. */
export function OutcomeBars({ points, isOfDays }: OutcomeBarsProps) {
  const stepMs = stepMsOf(points);
  return (
    <StackedBars
      data={points.map((point) => ({
        time: formatPointTime(point.at, stepMs, undefined, isOfDays),
        ...Object.fromEntries(outcomes.map(({ outcome, name }) => [name, point[outcome]])),
      }))}
      categories={outcomes.map(({ name }) => name)}
      colors={outcomes.map(({ color }) => color)}
    />
  );
}
