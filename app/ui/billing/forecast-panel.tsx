import { Link } from "@remix-run/react";
import type { BillingOverview } from "#app/domain/billing/schema.ts";
import { agentPath } from "../agents/agent-words.ts";
import { formatCompact, formatMoney } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";

/** What the month may come to, and because of whom. */
export function ForecastPanel({ overview: { forecast, overage } }: { overview: BillingOverview }) {
  const { totalMicros, overageMicros, paceDays, drivers } = forecast;
  return (
    <Panel
      title="Forecast"
      description={`By the month’s end, if agents go on as in the last ${paceDays} days.`}
    >
      <p className="tabular text-2xl font-semibold">{formatMoney(totalMicros)}</p>
      <p className="tabular mt-0.5 text-sm text-ink-muted">
        {overage.enabled
          ? `Of which ${formatMoney(overageMicros)} are overage`
          : "Overage is off: usage adds nothing to it"}
      </p>
      {drivers.length > 0 && (
        <>
          <h3 className="mb-2 mt-4 text-sm font-medium">What adds to it</h3>
          <ul className="space-y-2 text-sm">
            {drivers.map(({ agentId, name, addedMicros, projectedTokens }) => (
              <li key={agentId} className="flex items-baseline justify-between gap-3">
                <span className="min-w-0">
                  <Link to={agentPath(agentId)} prefetch="intent" className="block truncate hover:underline">
                    {name}
                  </Link>
                  <span className="block text-xs text-ink-muted">
                    {formatCompact(projectedTokens)} tokens by then
                  </span>
                </span>
                <span className="tabular shrink-0">+{formatMoney(addedMicros)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}
