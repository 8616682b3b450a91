import { Link } from "@remix-run/react";
import { ArrowDown, ArrowUp, Bot, SearchX } from "lucide-react";
import type { ReactNode } from "react";
import type { AgentUsage, AgentUsageList, AgentUsageSort } from "#app/domain/usage/reading/schema.ts";
import { agentPath, tiers } from "../agents/agent-words.ts";
import { ButtonLink } from "../primitives/button.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { FilterBar, FilterSearch, FilterSelect } from "../primitives/filter-bar.tsx";
import { formatCompact, formatCount } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";
import { Cell, HeaderCell, Row, rowLink, Table } from "../primitives/table.tsx";
import { formatCost } from "./cost-words.ts";
import { AgentStates } from "./quota-badge.tsx";
import { QuotaBar } from "./quota-bar.tsx";
import { Trend } from "./trend.tsx";
import { keptChoices, type UsageBase, type UsageChoices, usageHref } from "./usage-href.ts";
import { monthInWords, stateWords } from "./usage-words.ts";

interface AgentUsagePanelProps {
  base: UsageBase;
  list: AgentUsageList;
  choices: UsageChoices;
  /** The place that the list begins behind; absent of its beginning. */
  cursor: string | undefined;
  /** Those that can be looked at, the newest first. */
  months: readonly string[];
}

/** What each agent has used of its quota in a month. */
export function AgentUsagePanel({ base, list, choices, cursor, months }: AgentUsagePanelProps) {
  const { agents, pagination, month } = list;
  const isFiltered = choices.search !== undefined || choices.state !== undefined;
  const bare = { ...choices, search: undefined, state: undefined };
  return (
    <Panel
      title="Agents"
      description={`Tokens of ${monthInWords(month)} (UTC) against the quota of each agent’s tier.`}
      actions={
        <p role="status" className="tabular text-sm text-ink-muted">
          {formatCount(pagination.total)} {pagination.total === 1 ? "agent" : "agents"}
        </p>
      }
      flush
    >
      <div className="border-b px-4 py-3 sm:px-5">
        <FilterBar
          label="Filter agents"
          keep={keptChoices(
            choices,
            "window",
            "metric",
            "by",
            "agentId",
            "tier",
            "model",
            "sort",
            "order",
            "tenantId",
          )}
          clearHref={isFiltered ? usageHref(base, bare) : undefined}
        >
          <FilterSearch name="search" label="Search agents" value={choices.search} />
          <FilterSelect
            name="month"
            label="Month"
            any={monthInWords(months[0] ?? month)}
            options={months.slice(1).map((value) => ({ value, label: monthInWords(value) }))}
            value={choices.month}
            className="max-sm:flex-1"
          />
          <FilterSelect
            name="state"
            label="Quota"
            any="Any state"
            options={Object.entries(stateWords).map(([value, { label }]) => ({ value, label }))}
            value={choices.state}
            className="max-sm:flex-1"
          />
        </FilterBar>
      </div>
      {agents.length === 0 ? (
        <NoAgents
          isFiltered={isFiltered || choices.tier !== undefined}
          clearHref={usageHref(base, { ...bare, tier: undefined })}
        />
      ) : (
        <Table caption="Usage by agent" head={<Head base={base} choices={choices} />}>
          {agents.map((agent) => (
            <AgentRow key={agent.agentId} agent={agent} isOwn={base === "/dashboard/usage"} />
          ))}
        </Table>
      )}
      {(cursor !== undefined || pagination.nextCursor !== null) && (
        <nav aria-label="Pages" className="flex justify-end gap-2 border-t px-4 py-2.5 sm:px-5">
          {cursor !== undefined && (
            <ButtonLink to={usageHref(base, choices)} size="sm" preventScrollReset>
              First page
            </ButtonLink>
          )}
          {pagination.nextCursor !== null && (
            <ButtonLink
              to={usageHref(base, { ...choices, cursor: pagination.nextCursor })}
              size="sm"
              preventScrollReset
            >
              Next page
            </ButtonLink>
          )}
        </nav>
      )}
    </Panel>
  );
}

function NoAgents({ isFiltered, clearHref }: { isFiltered: boolean; clearHref: string }) {
  if (isFiltered)
    return (
      <EmptyState
        icon={SearchX}
        title="No agent matches"
        action={
          <ButtonLink to={clearHref} size="sm">
            Clear the filters
          </ButtonLink>
        }
      >
        Names and ids are searched.
      </EmptyState>
    );
  return (
    <EmptyState icon={Bot} title="No agents yet">
      Each agent has a monthly quota of tokens, by its tier.
    </EmptyState>
  );
}

function Head({ base, choices }: { base: UsageBase; choices: UsageChoices }) {
  const sorted = { base, choices };
  return (
    <>
      <SortedHeader {...sorted} sort="name">
        Name
      </SortedHeader>
      <HeaderCell className="hidden lg:table-cell">Tier</HeaderCell>
      <SortedHeader {...sorted} sort="percent">
        Used of quota
      </SortedHeader>
      <HeaderCell className="hidden md:table-cell">Status</HeaderCell>
      <SortedHeader {...sorted} sort="tokens" numeric className="hidden sm:table-cell">
        Tokens
      </SortedHeader>
      <SortedHeader {...sorted} sort="cost" numeric className="hidden sm:table-cell">
        Est. cost
      </SortedHeader>
      <HeaderCell numeric className="hidden lg:table-cell">
        <span title="Tokens of the days that are over, against as many of the month before">Trend</span>
      </HeaderCell>
    </>
  );
}

interface SortedHeaderProps {
  base: UsageBase;
  choices: UsageChoices;
  sort: AgentUsageSort;
  numeric?: boolean;
  className?: string;
  children: ReactNode;
}

/** A column that the table can be in order of: once more, and it is the other way round. */
function SortedHeader({ base, choices, sort, children, ...cell }: SortedHeaderProps) {
  const { sort: current = "tokens", order: asked } = choices;
  const usual = sort === "name" ? "asc" : "desc";
  const order = asked ?? usual;
  const isCurrent = sort === current;
  const next = isCurrent && order === usual ? (usual === "asc" ? "desc" : "asc") : undefined;
  const Icon = order === "asc" ? ArrowUp : ArrowDown;
  return (
    <HeaderCell {...cell} sort={isCurrent ? (order === "asc" ? "ascending" : "descending") : undefined}>
      <Link
        to={usageHref(base, { ...choices, sort: sort === "tokens" ? undefined : sort, order: next })}
        preventScrollReset
        className="inline-flex min-h-6 items-center gap-1 rounded-sm transition-colors hover:text-ink"
      >
        {children}
        {isCurrent && <Icon aria-hidden="true" className="size-3" />}
      </Link>
    </HeaderCell>
  );
}

function AgentRow({ agent, isOwn }: { agent: AgentUsage; isOwn: boolean }) {
  const { name, tier, tenantName, usedTokens, quotaTokens, percent, quotaState, costMicros, trend } = agent;
  const hasState = quotaState !== "normal" || agent.hold !== null || agent.status === "paused";
  return (
    <Row>
      <Cell className="w-2/5 max-w-0 lg:w-1/4">
        <p className="truncate">
          {isOwn ? (
            <Link to={agentPath(agent.agentId)} prefetch="intent" {...rowLink}>
              {name}
            </Link>
          ) : (
            <span className="font-medium text-ink">{name}</span>
          )}
        </p>
        {tenantName !== undefined && <p className="truncate text-xs">{tenantName}</p>}
        <p className="truncate text-xs lg:hidden">
          {tiers[tier].label}
          <span className="tabular sm:hidden"> · {formatCost(costMicros)}</span>
        </p>
      </Cell>
      <Cell className="hidden lg:table-cell">{tiers[tier].label}</Cell>
      <Cell className="min-w-36">
        <p className="tabular mb-1 flex items-baseline justify-between gap-2 whitespace-nowrap text-xs">
          <span>
            {formatCompact(usedTokens)} of {formatCompact(quotaTokens)}
          </span>
          <span className="font-medium text-ink">{formatCount(Math.floor(percent))} %</span>
        </p>
        <QuotaBar percent={percent} state={quotaState} />
        {hasState && (
          <p className="mt-1.5 md:hidden">
            <AgentStates agent={agent} />
          </p>
        )}
      </Cell>
      <Cell className="hidden md:table-cell">
        <AgentStates agent={agent} />
      </Cell>
      <Cell numeric className="hidden sm:table-cell">
        {formatCount(usedTokens)}
      </Cell>
      <Cell numeric className="hidden sm:table-cell">
        {formatCost(costMicros)}
      </Cell>
      <Cell numeric className="hidden lg:table-cell">
        {trend === null ? <span className="text-ink-faint">–</span> : <Trend {...trend} />}
      </Cell>
    </Row>
  );
}
