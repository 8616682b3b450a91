import { SearchX, Waypoints } from "lucide-react";
import type { Topology, TopologyEdge } from "#app/domain/messaging/topology-schema.ts";
import { optionsOf } from "../agents/agent-words.ts";
import { ConnectionState } from "../live/connection-state.tsx";
import type { Live } from "../live/use-live.ts";
import { ButtonLink } from "../primitives/button.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { FilterBar, FilterSearch, FilterSelect } from "../primitives/filter-bar.tsx";
import { formatCount } from "../primitives/format.ts";
import { Notice } from "../primitives/notice.tsx";
import { PageHeader } from "../primitives/page-header.tsx";
import { Pagination } from "../primitives/pagination.tsx";
import { Panel } from "../primitives/panel.tsx";
import { SegmentLinks } from "../primitives/segment-links.tsx";
import { AgentPanel } from "./agent-panel.tsx";
import { EdgePanel, grainOf } from "./edge-panel.tsx";
import { EdgeTable } from "./edge-table.tsx";
import { mostDrawn } from "./graph-data.ts";
import { GraphFrame } from "./graph-frame.tsx";
import { GraphLegend } from "./graph-legend.tsx";
import { TopologyTabs } from "./topology-tabs.tsx";
import {
  defaultWindow,
  edgeOrders,
  filterEdges,
  findAgents,
  hrefOf,
  namesOf,
  shownEdges,
  sortEdges,
  type TopologyView,
  windowWords,
} from "./topology-view.ts";

interface TopologyPageProps {
  topology: Topology;
  view: TopologyView;
  mayWrite: boolean;
  live: Live;
}

const rowsPerPage = 50;

/** Who may send to whom, who does, and who is refused: as a graph, and the same as a list. */
export function TopologyPage({ topology, view, mayWrite, live }: TopologyPageProps) {
  const names = namesOf(topology);
  const found = findAgents(topology.agents, view.search);
  const edges = filterEdges(topology.edges, view.show);
  return (
    <div className="mx-auto max-w-[110rem] px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader
        title="Topology"
        description="Who may send to whom, what goes over it, and what is refused."
        actions={<ConnectionState live={live} />}
      />
      <TopologyTabs here="graph" />
      {topology.agents.length === 0 ? (
        <NoAgents mayWrite={mayWrite} />
      ) : (
        <>
          <Filters view={view} />
          {topology.isCut && (
            <Notice className="mb-3">
              The first {formatCount(topology.agents.length)} agents by name are shown.
            </Notice>
          )}
          <GraphLegend edges={edges} />
          <div className="relative">
            <GraphFrame topology={topology} edges={edges} view={view} found={found} />
            <Selection topology={topology} names={names} view={view} mayWrite={mayWrite} />
          </div>
          {edges.length > mostDrawn && (
            <p className="mt-2 text-xs text-ink-muted max-sm:hidden">
              The {formatCount(mostDrawn)} busiest edges are drawn; the list has all.
            </p>
          )}
          <Edges topology={topology} edges={edges} found={found} names={names} view={view} />
        </>
      )}
    </div>
  );
}

function NoAgents({ mayWrite }: { mayWrite: boolean }) {
  return (
    <Panel flush>
      <EmptyState
        icon={Waypoints}
        title="No agents yet"
        action={
          mayWrite && (
            <ButtonLink to="/dashboard/agents/new" variant="primary">
              New agent
            </ButtonLink>
          )
        }
      >
        Agents appear here with who may send to whom.
      </EmptyState>
    </Panel>
  );
}

function Filters({ view }: { view: TopologyView }) {
  const isFiltered = view.search !== "" || view.show !== undefined || view.order !== undefined;
  return (
    <div className="mb-3 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <FilterBar
        label="Filter the topology"
        keep={{
          ...(view.window !== defaultWindow && { window: view.window }),
          ...(view.agent !== undefined && { agent: view.agent }),
        }}
        clearHref={
          isFiltered ? hrefOf(view, { search: "", show: undefined, order: undefined, page: 1 }) : undefined
        }
      >
        <FilterSearch name="search" label="Find an agent" value={view.search} />
        <FilterSelect
          name="show"
          label="Edges"
          any="All edges"
          options={optionsOf(shownEdges)}
          value={view.show}
          className="max-sm:flex-1"
        />
        <FilterSelect
          name="order"
          label="Order of the list"
          any="Busiest first"
          options={optionsOf(edgeOrders)}
          value={view.order}
          className="max-sm:flex-1"
        />
      </FilterBar>
      <SegmentLinks
        label="Window of time"
        replace
        links={(["1h", "24h", "7d", "30d"] as const).map((window) => ({
          to: hrefOf(view, { window, page: 1 }),
          label: windowWords[window].label,
          isCurrent: window === view.window,
        }))}
      />
    </div>
  );
}

interface SelectionProps extends Omit<TopologyPageProps, "live"> {
  names: ReadonlyMap<string, string>;
}

/** What the URL names, where the tenant has it. */
function Selection({ topology, names, view, mayWrite }: SelectionProps) {
  const { agent: agentId, from, to } = view;
  if (agentId !== undefined) {
    const agent = topology.agents.find(({ id }) => id === agentId);
    if (agent === undefined && agentId !== topology.deskId) return null;
    return <AgentPanel key={agentId} agent={agent ?? null} topology={topology} names={names} view={view} />;
  }
  const edge = edgeBetween(topology, from, to);
  if (edge === undefined) return null;
  return (
    <EdgePanel
      key={`${from} ${to}`}
      edge={edge}
      topology={topology}
      names={names}
      view={view}
      mayWrite={mayWrite}
    />
  );
}

/** The edge between two agents, also where there is none yet, since it can be allowed. */
function edgeBetween(
  { agents, edges }: Topology,
  from: string | undefined,
  to: string | undefined,
): TopologyEdge | undefined {
  const known = edges.find(({ senderId, recipientId }) => senderId === from && recipientId === to);
  if (known !== undefined) return known;
  const sender = agents.find(({ id }) => id === from);
  const recipient = agents.find(({ id }) => id === to);
  if (sender === undefined || recipient === undefined || sender === recipient) return undefined;
  return {
    senderId: sender.id,
    recipientId: recipient.id,
    permitted: false,
    permittedAt: null,
    sent: 0,
    delivered: 0,
    blocked: 0,
    failed: 0,
    expired: 0,
  };
}

interface EdgesProps {
  topology: Topology;
  edges: readonly TopologyEdge[];
  found: ReadonlySet<string> | undefined;
  names: ReadonlyMap<string, string>;
  view: TopologyView;
}

function Edges({ topology, edges, found, names, view }: EdgesProps) {
  const listed = sortEdges(
    found === undefined
      ? edges
      : edges.filter(({ senderId, recipientId }) => found.has(senderId) || found.has(recipientId)),
    view.order,
    names,
  );
  const lastPage = Math.max(1, Math.ceil(listed.length / rowsPerPage));
  const page = Math.min(view.page, lastPage);
  const rows = listed.slice((page - 1) * rowsPerPage, page * rowsPerPage);
  return (
    <Panel
      className="mt-6"
      title="Edges"
      description={`${formatCount(listed.length)} ${listed.length === 1 ? "edge" : "edges"}; counts of ${windowWords[topology.window].of}, by whole ${grainOf(topology)}s.`}
      flush
    >
      {rows.length === 0 ? (
        <EmptyState icon={SearchX} title="No edge here">
          {topology.edges.length === 0
            ? "An edge appears when one agent is allowed to send to another, or tries to."
            : "No edge fits these filters."}
        </EmptyState>
      ) : (
        <EdgeTable edges={rows} names={names} view={view} />
      )}
      {listed.length > rowsPerPage && (
        <div className="border-t sm:px-1">
          <Pagination
            page={page}
            limit={rowsPerPage}
            total={listed.length}
            noun="edges"
            labels={["Previous page", "Next page"]}
            hrefOf={(to) => hrefOf(view, { page: to })}
          />
        </div>
      )}
    </Panel>
  );
}
