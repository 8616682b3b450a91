import { Link } from "@remix-run/react";
import type { AgentTraffic, AgentView } from "#app/domain/messaging/agent-schema.ts";
import { TrafficChart } from "../charts/traffic-chart.tsx";
import { cx } from "../primitives/cx.ts";
import { formatCount } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";
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
    <nav aria-label="Window of time" className="flex gap-0.5 rounded bg-sunken p-0.5">
      {keysOf(trafficWindows).map((window) => (
        <Link
          key={window}
          to={window === "1h" ? "?" : `?window=${window}`}
          replace
          preventScrollReset
          aria-current={window === current ? "true" : undefined}
          className={cx(
            "grid h-9 place-items-center rounded-sm px-3 text-sm font-medium transition-colors sm:h-6 sm:px-2.5",
            window === current
              ? "bg-surface text-ink shadow-control dark:bg-line"
              : "text-ink-muted hover:text-ink",
          )}
        >
          {trafficWindows[window].label}
        </Link>
      ))}
    </nav>
  );
}
