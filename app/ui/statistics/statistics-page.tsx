import { ChartColumn } from "lucide-react";
import type { Statistics, StatisticsWindow } from "#app/domain/messaging/statistics/schema.ts";
import { keysOf } from "../agents/agent-words.ts";
import { OutcomeChart } from "../charts/outcome-chart.tsx";
import { MessagesTabs } from "../message-log/messages-tabs.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { PageHeader } from "../primitives/page-header.tsx";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { SegmentLinks } from "../primitives/segment-links.tsx";
import { DeliveryTimePanel } from "./delivery-time-panel.tsx";
import { PartiesPanel } from "./parties-panel.tsx";
import { StatisticsFigures } from "./statistics-figures.tsx";
import { TypesPanel } from "./types-panel.tsx";
import { defaultWindow, listHref, windowWords } from "./window-words.ts";

interface StatisticsPageProps {
  statistics: Statistics;
  window: StatisticsWindow;
}

/** How much was sent over time, what became of it, and who sent it to whom. */
export function StatisticsPage({ statistics, window }: StatisticsPageProps) {
  const { totals, series, byType, deliveryTime, topSenders, topReceivers, asOf } = statistics;
  const { span, by, isOfDays } = windowWords[window];
  return (
    <div className="mx-auto max-w-6xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader
        title="Statistics"
        description={
          <>
            What was sent in the last {span}, and what became of it. As of <RelativeTime at={asOf} />.
          </>
        }
        actions={
          <SegmentLinks
            label="Window of time"
            replace
            links={keysOf(windowWords).map((each) => ({
              to: each === defaultWindow ? "?" : `?window=${each}`,
              label: windowWords[each].label,
              isCurrent: each === window,
            }))}
          />
        }
      />
      <MessagesTabs here="statistics" />
      {totals.sent === 0 ? (
        <Panel>
          <EmptyState icon={ChartColumn} title={`Nothing was sent in the last ${span}`}>
            Figures show here a few seconds after a message is sent.
          </EmptyState>
        </Panel>
      ) : (
        <div className="space-y-6">
          <StatisticsFigures statistics={statistics} window={window} />
          <Panel title="Traffic" description={`The last ${span}, by the ${by}, at the time of sending.`}>
            <OutcomeChart
              points={series}
              isOfDays={isOfDays}
              label={`Messages of the last ${span}, by ${by}`}
              linkOf={(outcome) => listHref(window, { status: outcome })}
            />
          </Panel>
          <div className="grid items-start gap-6 lg:grid-cols-2">
            <PartiesPanel
              title="Top senders"
              description="By what they sent, also what was blocked."
              parties={topSenders.map(({ party, sent, blocked }) => ({
                ...{ party, blocked, count: sent },
                to: listHref(window, { from: party.id }),
              }))}
            />
            <PartiesPanel
              title="Top receivers"
              description="By what they were sent, without what was blocked."
              parties={topReceivers.map(({ party, received, blocked }) => ({
                ...{ party, blocked, count: received },
                to: listHref(window, { to: party.id }),
              }))}
            />
          </div>
          <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_21rem]">
            {byType && <TypesPanel byType={byType} window={window} />}
            {deliveryTime && <DeliveryTimePanel deliveryTime={deliveryTime} />}
          </div>
        </div>
      )}
    </div>
  );
}
