import { Link } from "@remix-run/react";
import { Bot, Plus, SearchX } from "lucide-react";
import type {
  AgentActivity,
  AgentList,
  AgentListQuery,
  AgentView,
} from "#app/domain/messaging/agent-schema.ts";
import { Avatar } from "../primitives/avatar.tsx";
import { ButtonLink } from "../primitives/button.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { FilterBar, FilterSearch, FilterSelect } from "../primitives/filter-bar.tsx";
import { formatCount } from "../primitives/format.ts";
import { PageHeader } from "../primitives/page-header.tsx";
import { Pagination } from "../primitives/pagination.tsx";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { Cell, HeaderCell, Row, rowLink, Table } from "../primitives/table.tsx";
import { AgentStatusBadge } from "./agent-status-badge.tsx";
import { agentPath, agentStatuses, agentsPath, optionsOf, tiers } from "./agent-words.ts";

export type AgentFilters = Pick<AgentListQuery, "search" | "tier" | "status">;

interface AgentsPageProps {
  list: AgentList;
  /** Of the agents in the list. */
  activity: AgentActivity[];
  filters: AgentFilters;
  page: number;
  mayWrite: boolean;
}

export function AgentsPage({ list, activity, filters, page, mayWrite }: AgentsPageProps) {
  const create = mayWrite && (
    <ButtonLink to="/dashboard/agents/new" variant="primary" icon={<Plus className="size-4" />}>
      New agent
    </ButtonLink>
  );
  const { total, limit } = list.pagination;
  const isFiltered = Object.values(filters).some((value) => value !== undefined);
  const hasAgents = total > 0 || isFiltered;
  const activityOf = new Map(activity.map((one) => [one.agentId, one]));
  return (
    <div className="mx-auto max-w-6xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader
        title="Agents"
        description="The programs that act for you, and what each may say to whom."
        actions={create}
      />
      {hasAgents && (
        <div className="mb-3 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
          <FilterBar label="Filter agents" clearHref={isFiltered ? agentsPath : undefined}>
            <FilterSearch name="search" label="Search agents" value={filters.search} />
            <FilterSelect
              name="status"
              label="Status"
              any="Any status"
              options={optionsOf(agentStatuses)}
              value={filters.status}
              className="max-sm:flex-1"
            />
            <FilterSelect
              name="tier"
              label="Model"
              any="Any model"
              options={optionsOf(tiers)}
              value={filters.tier}
              className="max-sm:flex-1"
            />
          </FilterBar>
          <p role="status" className="tabular text-sm text-ink-muted">
            {formatCount(total)} {total === 1 ? "agent" : "agents"}
          </p>
        </div>
      )}
      <Panel flush>
        {list.agents.length > 0 ? (
          <Table caption="Agents" head={<Head />}>
            {list.agents.map((agent) => (
              <AgentRow key={agent.id} agent={agent} activity={activityOf.get(agent.id)} />
            ))}
          </Table>
        ) : hasAgents ? (
          <EmptyState
            icon={SearchX}
            title="No agent matches"
            action={<ButtonLink to={agentsPath}>Clear the filters</ButtonLink>}
          >
            Names, descriptions and ids are searched.
          </EmptyState>
        ) : (
          <EmptyState icon={Bot} title="No agents yet" action={create}>
            An agent gets a mailbox, a key and a list of whom it may send to.
          </EmptyState>
        )}
        {total > limit && (
          <div className="border-t sm:px-1">
            <Pagination
              page={page}
              limit={limit}
              total={total}
              noun="agents"
              labels={["Previous page", "Next page"]}
              hrefOf={(to) => hrefOfPage(filters, to)}
            />
          </div>
        )}
      </Panel>
    </div>
  );
}

function hrefOfPage(filters: AgentFilters, page: number): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) if (value !== undefined) query.set(name, value);
  if (page > 1) query.set("page", String(page));
  return `?${query}`;
}

function Head() {
  return (
    <>
      <HeaderCell>Name</HeaderCell>
      <HeaderCell className="max-sm:text-right">Status</HeaderCell>
      <HeaderCell className="hidden md:table-cell">Model</HeaderCell>
      <HeaderCell className="hidden sm:table-cell">Last active</HeaderCell>
      <HeaderCell numeric className="hidden whitespace-nowrap md:table-cell">
        Sent, 24 h
      </HeaderCell>
      <HeaderCell numeric className="hidden whitespace-nowrap lg:table-cell">
        Received, 24 h
      </HeaderCell>
    </>
  );
}

function AgentRow({ agent, activity }: { agent: AgentView; activity: AgentActivity | undefined }) {
  const lastActive = activity?.lastActiveAt ? (
    <RelativeTime at={activity.lastActiveAt} />
  ) : (
    <span className="text-ink-faint">never</span>
  );
  return (
    <Row>
      <Cell className="w-full max-w-0">
        <div className="flex items-center gap-3">
          <Avatar name={agent.name} />
          <div className="min-w-0">
            <p className="truncate">
              <Link to={agentPath(agent.id)} prefetch="intent" {...rowLink}>
                {agent.name}
              </Link>
            </p>
            <p className="truncate text-xs max-sm:hidden">
              <span className="md:hidden">
                {tiers[agent.modelTier].label}
                {agent.description && " · "}
              </span>
              {agent.description}
            </p>
            <p className="truncate text-xs sm:hidden">
              {tiers[agent.modelTier].label} · {lastActive}
            </p>
          </div>
        </div>
      </Cell>
      <Cell className="max-sm:text-right">
        <AgentStatusBadge status={agent.status} quota={agent.quota} quiet />
      </Cell>
      <Cell className="hidden whitespace-nowrap md:table-cell">{tiers[agent.modelTier].label}</Cell>
      <Cell className="hidden whitespace-nowrap sm:table-cell">{lastActive}</Cell>
      <Cell numeric className="hidden md:table-cell">
        <Count of={activity?.sent} isExact={activity?.sentIsExact} />
      </Cell>
      <Cell numeric className="hidden lg:table-cell">
        <Count of={activity?.received} />
      </Cell>
    </Row>
  );
}

/** A figure; none stands back, so that the busy ones are seen. */
function Count({ of: count = 0, isExact = true }: { of: number | undefined; isExact?: boolean | undefined }) {
  return (
    <span className={count === 0 ? "text-ink-faint" : "text-ink"}>
      {formatCount(count)}
      {!isExact && "+"}
    </span>
  );
}
