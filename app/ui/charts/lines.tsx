import { type CustomTooltipProps, LineChart } from "@tremor/react";
import { ChartTooltip } from "./chart-tooltip.tsx";
import { type LinesProps, lineMarks } from "./lines-props.ts";

/** Lines over time. Loaded lazily: it brings Tremor's charts with it. */
export function Lines({ data, lines, inShort, inFull }: LinesProps) {
  return (
    <LineChart
      className="h-full"
      data={[...data]}
      index="time"
      categories={lines.map(({ name }) => name)}
      colors={lines.map(({ color }) => color)}
      valueFormatter={inShort}
      customTooltip={(props: CustomTooltipProps) => (
        <ChartTooltip {...props} markOf={markOf} format={inFull} />
      )}
      showLegend={false}
      showAnimation={false}
      yAxisWidth={48}
      tickGap={40}
      padding={{ left: 8, right: 8 }}
    />
  );
}

const markOf = (color: string | undefined): string =>
  Object.entries(lineMarks).find(([name]) => name === color)?.[1] ?? lineMarks["series-1"];
