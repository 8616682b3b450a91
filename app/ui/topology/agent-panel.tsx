import { Link } from "@remix-run/react";
import { ArrowDownLeft, ArrowUpRight, type LucideIcon } from "lucide-react";
import type { Topology, TopologyAgent, TopologyEdge } from "#app/domain/messaging/topology-schema.ts";
import { AgentStatusBadge } from "../agents/agent-status-badge.tsx";
import { agentPath, tiers } from "../agents/agent-words.ts";
import { ButtonLink } from "../primitives/button.tsx";
import { formatCount } from "../primitives/format.ts";
import { countByNode } from "./graph-data.ts";
import { SelectionPanel } from "./selection-panel.tsx";
import {
  closeHref,
  deskName,
  edgeHref,
  keyOfEdge,
  sortEdges,
  stateOf,
  type TopologyView,
  windowWords,
} from "./topology-view.ts";

interface AgentPanelProps {
  /** Null: the operators' desk. */
  agent: TopologyAgent | null;
  topology: Topology;
  names: ReadonlyMap<string, string>;
  view: TopologyView;
}

/** One agent with its neighbours; each leads to the edge between the two. */
export function AgentPanel({ agent, topology, names, view }: AgentPanelProps) {
  const id = agent?.id ?? topology.deskId;
  const counts = countByNode(topology).get(id ?? "") ?? { sent: 0, received: 0 };
  const edges = sortEdges(topology.edges, undefined, names);
  const list = (side: "senderId" | "recipientId") => edges.filter((edge) => edge[side] === id);
  return (
    <SelectionPanel
      title={agent?.name ?? deskName}
      closeHref={closeHref(view)}
      footer={
        <ButtonLink to={agent === null ? `/dashboard/inbox?agent=${id}` : agentPath(agent.id)}>
          {agent === null ? "Open its inbox" : "Open agent"}
        </ButtonLink>
      }
    >
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-ink-muted">
        {agent && <AgentStatusBadge status={agent.status} quiet />}
        <span>{agent === null ? "People, open to every agent" : tiers[agent.modelTier].label}</span>
      </p>
      <p className="tabular text-sm text-ink-muted">
        <span className="font-medium text-ink">{formatCount(counts.sent)}</span> sent,{" "}
        <span className="font-medium text-ink">{formatCount(counts.received)}</span> received in{" "}
        {windowWords[topology.window].of}.
      </p>
      {agent && (
        <Neighbours
          title="Sends to"
          icon={ArrowUpRight}
          edges={list("senderId")}
          nameOf={({ recipientId }) => names.get(recipientId) ?? ""}
          view={view}
        />
      )}
      <Neighbours
        title="Receives from"
        icon={ArrowDownLeft}
        edges={list("recipientId")}
        nameOf={({ senderId }) => names.get(senderId) ?? ""}
        view={view}
      />
    </SelectionPanel>
  );
}

function Neighbours({
  title,
  icon: Icon,
  edges,
  nameOf,
  view,
}: {
  title: string;
  icon: LucideIcon;
  edges: readonly TopologyEdge[];
  nameOf: (edge: TopologyEdge) => string;
  view: TopologyView;
}) {
  return (
    <section aria-label={title}>
      <h3 className="mb-1 flex items-center gap-1.5 text-sm font-medium">
        <Icon aria-hidden="true" className="size-4 text-ink-faint" />
        {title}
        <span className="tabular text-xs font-normal text-ink-muted">{formatCount(edges.length)}</span>
      </h3>
      {edges.length === 0 ? (
        <p className="text-sm text-ink-muted">No agent.</p>
      ) : (
        <ul>
          {edges.map((edge) => (
            <li key={keyOfEdge(edge)}>
              <Link
                to={edgeHref(view, edge.senderId, edge.recipientId)}
                preventScrollReset
                className="-mx-2 flex min-h-10 items-center gap-2 rounded px-2 text-sm transition-colors hover:bg-hover sm:min-h-7"
              >
                <span className="min-w-0 flex-1 truncate">{nameOf(edge)}</span>
                <Outcome edge={edge} />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Outcome({ edge }: { edge: TopologyEdge }) {
  if (stateOf(edge) === "refused")
    return (
      <span className="tabular text-xs font-medium text-bad-ink">{formatCount(edge.blocked)} refused</span>
    );
  if (edge.sent === 0) return <span className="text-xs text-ink-faint">nothing sent</span>;
  return <span className="tabular text-xs text-ink-muted">{formatCount(edge.sent)} sent</span>;
}
