import { Link } from "@remix-run/react";
import { Bot, Plus } from "lucide-react";
import type { AgentList, AgentView } from "#app/domain/messaging/agent-schema.ts";
import { Avatar } from "../primitives/avatar.tsx";
import { ButtonLink } from "../primitives/button.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { formatCount } from "../primitives/format.ts";
import { PageHeader } from "../primitives/page-header.tsx";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { Cell, HeaderCell, Row, rowLink, Table } from "../primitives/table.tsx";
import { AgentStatusBadge } from "./agent-status-badge.tsx";
import { agentPath, thinkingModes, tiers } from "./agent-words.ts";

interface AgentsPageProps {
  list: AgentList;
  mayWrite: boolean;
  /** The next page's URL, when there is one. */
  moreHref: string | undefined;
}

export function AgentsPage({ list, mayWrite, moreHref }: AgentsPageProps) {
  const create = mayWrite && (
    <ButtonLink to="/dashboard/agents/new" variant="primary" icon={<Plus className="size-4" />}>
      New agent
    </ButtonLink>
  );
  return (
    <div className="mx-auto max-w-6xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader
        title="Agents"
        description="The programs that act for you, and what each may say to whom."
        actions={create}
      />
      <Panel flush>
        {list.agents.length === 0 ? (
          <EmptyState icon={Bot} title="No agents yet" action={create}>
            An agent gets a mailbox, a key and a list of whom it may send to.
          </EmptyState>
        ) : (
          <Table
            caption="Agents"
            head={
              <>
                <HeaderCell>Name</HeaderCell>
                <HeaderCell className="max-sm:text-right">Status</HeaderCell>
                <HeaderCell className="hidden md:table-cell">Model</HeaderCell>
                <HeaderCell className="hidden lg:table-cell">Thinking</HeaderCell>
                <HeaderCell numeric className="hidden sm:table-cell">
                  Received
                </HeaderCell>
                <HeaderCell numeric className="hidden md:table-cell">
                  Created
                </HeaderCell>
              </>
            }
          >
            {list.agents.map((agent) => (
              <AgentRow key={agent.id} agent={agent} />
            ))}
          </Table>
        )}
      </Panel>
      {list.agents.length > 0 && (
        <div className="mt-3 flex items-center justify-between gap-4 px-1">
          <p className="tabular text-xs text-ink-muted">
            {formatCount(list.pagination.total)} {list.pagination.total === 1 ? "agent" : "agents"}
          </p>
          {moreHref && (
            <ButtonLink to={moreHref} size="sm">
              Next page
            </ButtonLink>
          )}
        </div>
      )}
    </div>
  );
}

function AgentRow({ agent }: { agent: AgentView }) {
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
            <p className="truncate text-xs">
              <span className="md:hidden">
                {tiers[agent.modelTier].label}
                {agent.description && " · "}
              </span>
              {agent.description}
            </p>
          </div>
        </div>
      </Cell>
      <Cell className="max-sm:text-right">
        <AgentStatusBadge status={agent.status} />
      </Cell>
      <Cell className="hidden whitespace-nowrap md:table-cell">{tiers[agent.modelTier].label}</Cell>
      <Cell className="hidden whitespace-nowrap lg:table-cell">
        {thinkingModes[agent.thinkingMode].label}
      </Cell>
      <Cell numeric className="hidden sm:table-cell">
        {formatCount(agent.inboxTotal)}
      </Cell>
      <Cell numeric className="hidden whitespace-nowrap md:table-cell">
        <RelativeTime at={agent.createdAt} />
      </Cell>
    </Row>
  );
}
