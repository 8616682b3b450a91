import type { AgentView, AllowlistPeer } from "#app/domain/messaging/agent-schema.ts";
import { Panel } from "../primitives/panel.tsx";
import { EdgeList, type EdgePage } from "./edge-list.tsx";

export interface AllowlistPanelProps {
  agent: Pick<AgentView, "id" | "name">;
  /** Whom it may send to. */
  receivers: EdgePage;
  /** Who may send to it. */
  senders: EdgePage;
  /** The other agents of the tenant; undefined where they are too many to choose from. */
  peers: AllowlistPeer[] | undefined;
  mayWrite: boolean;
}

/** Whom the agent may send to and who may send to it. Changes hold from the next message on. */
export function AllowlistPanel({ agent, receivers, senders, peers, mayWrite }: AllowlistPanelProps) {
  return (
    <Panel
      title="Allowlist"
      description="What no entry allows is blocked. The operators’ desk is open to all."
      flush
    >
      <div className="grid divide-y md:grid-cols-2 md:divide-x md:divide-y-0">
        <EdgeList
          direction="outgoing"
          agentName={agent.name}
          page={receivers}
          candidates={peers?.filter(({ receives }) => !receives)}
          mayWrite={mayWrite}
        />
        <EdgeList
          direction="incoming"
          agentName={agent.name}
          page={senders}
          candidates={peers?.filter(({ sends }) => !sends)}
          mayWrite={mayWrite}
        />
      </div>
    </Panel>
  );
}
