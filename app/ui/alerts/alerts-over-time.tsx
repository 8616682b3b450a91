import { SeverityChart } from "../charts/severity-chart.tsx";
import type { SeverityPoint } from "../charts/severity-points.ts";
import { Panel } from "../primitives/panel.tsx";
import { type AlertFilters, type AlertsBase, alertsHref } from "./alerts-href.ts";

interface AlertsOverTimeProps {
  base: AlertsBase;
  points: readonly SeverityPoint[];
  filters: AlertFilters;
}

/** How many were opened day by day, whatever has become of them. */
export function AlertsOverTime({ base, points, filters: { tenantId } }: AlertsOverTimeProps) {
  return (
    <Panel title="Over time" description="Opened in the last 30 days, by day (UTC)." className="mt-6">
      <SeverityChart
        points={points}
        isOfDays
        label="Alerts of the last 30 days, by day (UTC)"
        linkOf={(severity) => alertsHref(base, { severity, tenantId })}
      />
    </Panel>
  );
}
