import { Link } from "@remix-run/react";
import type { AlertView } from "#app/domain/alerts/alert-schema.ts";
import { definitionOf } from "#app/domain/alerts/rule-kinds.ts";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { SeverityTile } from "./alert-marks.tsx";
import { alertHref, alertsHref, dashboardAlerts } from "./alerts-href.ts";

export interface CriticalAlerts {
  /** Those that happened last. */
  alerts: readonly AlertView[];
  /** Whether there are more. */
  hasMore: boolean;
}

/** What is critical and nobody has seen to yet, as items of a list of what needs somebody. */
export function CriticalAlertItems({ alerts, hasMore }: CriticalAlerts) {
  return (
    <>
      {alerts.map((alert) => (
        <li
          key={alert.id}
          className="relative flex items-center gap-3 px-4 py-3 transition-colors hover:bg-hover sm:px-5"
        >
          <SeverityTile alert={alert} className="self-start" />
          <div className="min-w-0 flex-1">
            <p className="text-sm [overflow-wrap:anywhere]">
              <Link
                to={alertHref(dashboardAlerts, alert)}
                prefetch="intent"
                className="font-medium after:absolute after:inset-0"
              >
                {alert.title}
              </Link>
            </p>
            <p className="mt-0.5 text-sm text-ink-muted">
              {definitionOf(alert.kind).label}, <RelativeTime at={alert.lastAt} />
            </p>
          </div>
        </li>
      ))}
      {hasMore && (
        <li className="px-4 py-2.5 text-sm sm:px-5">
          <Link
            to={alertsHref(dashboardAlerts, { severity: "critical" })}
            prefetch="intent"
            className="text-accent-ink underline-offset-2 hover:underline"
          >
            More critical alerts
          </Link>
        </li>
      )}
    </>
  );
}
