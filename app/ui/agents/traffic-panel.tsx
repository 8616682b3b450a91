import { Link } from "@remix-run/react";
import type { AgentTraffic, AgentView } from "#app/domain/messaging/agent-schema.ts";
import { TrafficChart } from "../charts/traffic-chart.tsx";
import { formatCount } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";
import { SegmentLinks } from "../primitives/segment-links.tsx";
import { agentInboxPath, keysOf, sentPath, trafficWindows } from "./agent-words.ts";

interface TrafficPanelProps {
  agent: Pick<AgentView, "id" | "name">;
  traffic: AgentTraffic;
}

/** What the agent sends over time, and how much reaches it. The window is in the URL. */
export function TrafficPanel({ agent, traffic }: TrafficPanelProps) {
  const { of, by } = trafficWindows[traffic.window];
  return (
    <Panel
      title="Traffic"
      description={
        <>
          Sent in {of}.{" "}
          <Link
            to={agentInboxPath(agent.id)}
            className="rounded-sm text-ink underline decoration-line-strong underline-offset-2 hover:decoration-current"
          >
            <span className="tabular font-medium">{formatCount(traffic.received)}</span> received
          </Link>{" "}
          in the same time.
        </>
      }
      actions={<WindowLinks current={traffic.window} />}
    >
      <TrafficChart
        points={traffic.points}
        label={`Messages that ${agent.name} sent in ${of}, by ${by}`}
        links={{
          delivered: sentPath(agent.id, "delivered", traffic.window),
          refused: sentPath(agent.id, "blocked", traffic.window),
        }}
      />
    </Panel>
  );
}

function WindowLinks({ current }: { current: AgentTraffic["window"] }) {
  return (
    <SegmentLinks
      label="Window of time"
      replace
      links={keysOf(trafficWindows).map((window) => ({
        to: window === "1h" ? "?" : `?window=${window}`,
        label: trafficWindows[window].label,
        isCurrent: window === current,
      }))}
    />
  );
}
