import { Link } from "@remix-run/react";
import type { AgentView } from "#app/domain/messaging/agent-schema.ts";
import type { Communication, Communications } from "#app/domain/messaging/statistics/schema.ts";
import type { AgentId } from "#db/ids.ts";
import { messagesHref } from "../message-log/messages-href.ts";
import { formatCount } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";

export interface TalksWithPanelProps {
  agent: Pick<AgentView, "id" | "name">;
  communications: Communications;
}

/** Whom the agent exchanged most with lately; each leads to the messages of the busier direction. */
export function TalksWithPanel({ agent, communications: { peers, pagination } }: TalksWithPanelProps) {
  const others = pagination.total - peers.length;
  return (
    <Panel title="Talks with" description="Messages of the last 30 days." flush>
      {peers.length === 0 ? (
        <p className="px-4 py-6 text-center text-sm text-ink-muted sm:px-5">Nobody so far.</p>
      ) : (
        <ul className="divide-y">
          {peers.map((peer) => (
            <li key={peer.peer.id}>
              <Link
                to={hrefOf(agent.id, peer)}
                className="block px-4 py-2.5 text-sm transition-colors [outline-offset:-2px] hover:bg-hover sm:px-5"
              >
                <span className="block truncate font-medium">{peer.peer.name}</span>
                <span className="tabular block text-xs text-ink-muted">{wordsOf(peer)}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
      {others > 0 && (
        <p className="border-t px-4 py-2.5 text-xs text-ink-muted sm:px-5">And {formatCount(others)} more.</p>
      )}
    </Panel>
  );
}

/** What passed between them, from the side that sent more. */
const hrefOf = (agentId: AgentId, { peer, sent, received, turnedAway }: Communication): string =>
  sent >= received + (turnedAway ?? 0)
    ? messagesHref({ from: agentId, to: peer.id, window: "30d" })
    : messagesHref({ from: peer.id, to: agentId, window: "30d" });

const wordsOf = ({ sent, received, blocked, turnedAway }: Communication): string => {
  const refused = blocked + (turnedAway ?? 0);
  return [
    `${formatCount(sent)} sent`,
    `${formatCount(received)} received`,
    ...(refused > 0 ? [`${formatCount(refused)} blocked`] : []),
  ].join(" · ");
};
