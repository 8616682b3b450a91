import type { BillingOverview } from "#app/domain/billing/schema.ts";
import { OutcomeNotice } from "../outcome-notice.tsx";
import { formatDay, formatMonth } from "../primitives/format.ts";
import { PageHeader } from "../primitives/page-header.tsx";
import { Panel } from "../primitives/panel.tsx";
import { AgentCostsPanel } from "./agent-costs-panel.tsx";
import { BillingFigures } from "./billing-figures.tsx";
import { statementCsvPath } from "./billing-paths.ts";
import { BillingTabs } from "./billing-tabs.tsx";
import { CsvLink } from "./csv-link.tsx";
import { ForecastPanel } from "./forecast-panel.tsx";
import { OveragePanel } from "./overage-panel.tsx";
import { PlanCard } from "./plan-card.tsx";
import { StatementTable } from "./statement-table.tsx";

interface BillingPageProps {
  overview: BillingOverview;
  mayChange: boolean;
  /** What a form without JavaScript was answered. */
  answer: unknown;
}

/** What this month costs, of what, and what it may come to. */
export function BillingPage({ overview, mayChange, answer }: BillingPageProps) {
  const month = formatMonth(overview.period);
  return (
    <div className="mx-auto max-w-6xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <BillingTabs here="month" />
      <PageHeader
        title="Billing"
        description={`${month}. Next billing on ${formatDay(overview.nextBillingDate)}.`}
        actions={<CsvLink to={statementCsvPath} />}
      />
      <OutcomeNotice answer={answer} />
      <BillingFigures overview={overview} />
      <div className="mt-6 grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_21rem]">
        <div className="min-w-0 space-y-6">
          <Panel
            flush
            title={month}
            description="The whole month, if nothing changes any more: recurring prices to its end, overage so far."
          >
            <StatementTable
              caption={`What ${month} costs`}
              lines={overview.lines}
              totalMicros={overview.totalMicros}
            />
          </Panel>
          <AgentCostsPanel overview={overview} />
        </div>
        <div className="min-w-0 space-y-6">
          <PlanCard overview={overview} mayChange={mayChange} />
          <OveragePanel overview={overview} mayChange={mayChange} />
          <ForecastPanel overview={overview} />
        </div>
      </div>
    </div>
  );
}
