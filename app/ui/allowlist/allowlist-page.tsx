import { Grid3x3, SearchX } from "lucide-react";
import { useMemo } from "react";
import type { AllowlistMatrix } from "#app/domain/messaging/topology-schema.ts";
import { ButtonLink } from "../primitives/button.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { FilterBar, FilterSearch, FilterSelect } from "../primitives/filter-bar.tsx";
import { formatCount } from "../primitives/format.ts";
import { Notice } from "../primitives/notice.tsx";
import { PageHeader } from "../primitives/page-header.tsx";
import { Panel } from "../primitives/panel.tsx";
import { allowlistPath, TopologyTabs } from "../topology/topology-tabs.tsx";
import { AgentEdges } from "./agent-edges.tsx";
import { AgentTotals } from "./agent-totals.tsx";
import { AllowlistGrid } from "./allowlist-grid.tsx";
import { type AllowlistView, hrefOf, shownPlaces } from "./allowlist-view.ts";
import { useEdgeToggles } from "./use-edge-toggles.ts";

interface AllowlistPageProps {
  matrix: AllowlistMatrix;
  view: AllowlistView;
  mayWrite: boolean;
  /** What came of a form, where there is no JavaScript to say it otherwise. */
  problem: string | undefined;
}

/** Who may send to whom, all of it at a glance, and changed at a press. */
export function AllowlistPage({ matrix, view, mayWrite, problem }: AllowlistPageProps) {
  const toggles = useEdgeToggles(matrix);
  const { senders, recipients, isEdgesOnly } = view;
  const { rows, columns } = useMemo(
    () => shownPlaces(matrix, { senders, recipients, isEdgesOnly, agent: undefined }),
    [matrix, senders, recipients, isEdgesOnly],
  );
  const edges = toggles.receivers.reduce((sum, row) => sum + row.size, 0);
  const open = matrix.agents.findIndex(({ id }) => id === view.agent);
  return (
    <div className="mx-auto max-w-[110rem] px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader
        title="Allowlist"
        description="What no entry allows is blocked. A change holds from the next message on; the operators’ desk is open to all."
      />
      <TopologyTabs here="allowlist" />
      {problem !== undefined && (
        <Notice tone="bad" className="mb-3">
          {problem}
        </Notice>
      )}
      {matrix.agents.length < 2 ? (
        <TooFew mayWrite={mayWrite} />
      ) : (
        <>
          <Filters
            matrix={matrix}
            view={view}
            summary={`${formatCount(edges)} of ${formatCount(matrix.agents.length * (matrix.agents.length - 1))} edges allowed`}
          />
          {matrix.isCut && (
            <Notice className="mb-3">
              The first {formatCount(matrix.agents.length)} agents by name are shown. The pages of the others
              have their allowlists.
            </Notice>
          )}
          {rows.length === 0 || columns.length === 0 ? (
            <Panel flush>
              <EmptyState
                icon={SearchX}
                title="No agent matches"
                action={<ButtonLink to={allowlistPath}>Clear the filters</ButtonLink>}
              >
                {isEdgesOnly ? "No edge is between agents of these names." : "Names and ids are searched."}
              </EmptyState>
            </Panel>
          ) : (
            <>
              <div className="needs-script overflow-hidden rounded-lg border bg-surface max-sm:hidden">
                <AllowlistGrid
                  matrix={matrix}
                  rows={rows}
                  columns={columns}
                  toggles={toggles}
                  view={view}
                  mayWrite={mayWrite}
                />
              </div>
              {open < 0 && (
                <div className="sm:hidden [@media(scripting:none)]:!block">
                  <AgentTotals matrix={matrix} rows={rows} view={view} />
                </div>
              )}
            </>
          )}
          {open >= 0 && <AgentEdges matrix={matrix} place={open} view={view} mayWrite={mayWrite} />}
        </>
      )}
    </div>
  );
}

function Filters({
  matrix,
  view,
  summary,
}: {
  matrix: AllowlistMatrix;
  view: AllowlistView;
  summary: string;
}) {
  const isFiltered = view.senders !== "" || view.recipients !== "" || view.isEdgesOnly;
  return (
    <div className="mb-3 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <FilterBar
        label="Filter the allowlist"
        clearHref={isFiltered ? hrefOf(view, { senders: "", recipients: "", isEdgesOnly: false }) : undefined}
      >
        <FilterSearch name="senders" label="Find senders" value={view.senders} className="w-full sm:w-48" />
        <FilterSearch
          name="recipients"
          label="Find recipients"
          value={view.recipients}
          className="w-full max-sm:hidden sm:w-48"
        />
        <FilterSelect
          name="only"
          label="Agents shown"
          any="All agents"
          options={[{ value: "edges", label: "Only with edges" }]}
          value={view.isEdgesOnly ? "edges" : undefined}
          className="max-sm:flex-1"
        />
        <FilterSelect
          name="agent"
          label="One agent’s lists"
          any="No agent’s lists"
          options={matrix.agents.map(({ id, name }) => ({ value: id, label: name }))}
          value={view.agent}
          className="max-sm:flex-1 sm:max-w-44"
        />
      </FilterBar>
      <p role="status" className="tabular text-sm text-ink-muted">
        {summary}
      </p>
    </div>
  );
}

function TooFew({ mayWrite }: { mayWrite: boolean }) {
  return (
    <Panel flush>
      <EmptyState
        icon={Grid3x3}
        title="Not enough agents yet"
        action={
          mayWrite && (
            <ButtonLink to="/dashboard/agents/new" variant="primary">
              New agent
            </ButtonLink>
          )
        }
      >
        From the second agent on, this is where you say which may send to which.
      </EmptyState>
    </Panel>
  );
}
