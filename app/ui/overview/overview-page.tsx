import type { Overview } from "#app/domain/messaging/overview-schema.ts";
import type { CriticalAlerts } from "../alerts/critical-alerts.tsx";
import { TrafficChart } from "../charts/traffic-chart.tsx";
import { ConnectionState } from "../live/connection-state.tsx";
import type { Live } from "../live/use-live.ts";
import { messagesHref } from "../message-log/messages-href.ts";
import { ButtonLink } from "../primitives/button.tsx";
import { PageHeader } from "../primitives/page-header.tsx";
import { Panel } from "../primitives/panel.tsx";
import { BusiestPanel, SilentPanel } from "./agent-panels.tsx";
import { AttentionPanel } from "./attention-panel.tsx";
import { EscalationsPanel } from "./escalations-panel.tsx";
import { OverviewFigures } from "./figures.tsx";
import { GettingStarted } from "./getting-started.tsx";

interface OverviewPageProps {
  overview: Overview;
  critical: CriticalAlerts;
  mayWrite: boolean;
  live: Live;
}

/** Is traffic flowing, what went wrong and what to do about it, who is busy, who has gone quiet. */
export function OverviewPage({ overview, critical, mayWrite, live }: OverviewPageProps) {
  const { traffic, problems, agents, escalations } = overview;
  return (
    <div className="mx-auto max-w-6xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader
        title="Overview"
        description="What your agents are saying to one another, and what needs you."
        actions={<ConnectionState live={live} />}
      />
      {agents.haveSent ? (
        <>
          <OverviewFigures overview={overview} />
          <div className="mt-6 grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_21rem]">
            <div className="min-w-0 space-y-6">
              <Panel
                title="Traffic"
                description="The last hour, by the minute."
                actions={
                  <ButtonLink to={messagesHref({ window: "1h" })} size="sm" prefetch="intent">
                    All messages
                  </ButtonLink>
                }
              >
                <TrafficChart
                  points={traffic.points}
                  label="Messages of the last hour, by minute"
                  links={{
                    delivered: messagesHref({ status: "delivered", window: "1h" }),
                    refused: messagesHref({ status: "problem", window: "1h" }),
                  }}
                />
              </Panel>
              <AttentionPanel problems={problems} critical={critical} mayWrite={mayWrite} />
            </div>
            <div className="min-w-0 space-y-6">
              <EscalationsPanel escalations={escalations} />
              <BusiestPanel agents={agents} />
              <SilentPanel agents={agents} />
            </div>
          </div>
        </>
      ) : (
        <GettingStarted agentCount={agents.total} mayWrite={mayWrite} />
      )}
    </div>
  );
}
