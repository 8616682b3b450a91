import { Link } from "@remix-run/react";
import { Bot } from "lucide-react";
import type { AgentCost, BillingOverview } from "#app/domain/billing/schema.ts";
import { agentPath, thinkingModes, tiers } from "../agents/agent-words.ts";
import { EmptyState } from "../primitives/empty-state.tsx";
import { formatCompact, formatCount, formatMoney } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";
import { Share } from "../primitives/share.tsx";
import { Cell, HeaderCell, Row, rowLink, Table } from "../primitives/table.tsx";

/** What each agent has part in. */
export function AgentCostsPanel({ overview: { agentCosts, agentCount } }: { overview: BillingOverview }) {
  return (
    <Panel
      flush
      title="Agents"
      description={
        agentCount > agentCosts.length
          ? `The ${formatCount(agentCosts.length)} dearest of ${formatCount(agentCount)}.`
          : "What each adds to the plan’s price this month."
      }
    >
      {agentCosts.length > 0 ? (
        <Table caption="Costs by agent, the dearest first" head={<Head />}>
          {agentCosts.map((cost) => (
            <CostRow key={cost.agentId} cost={cost} />
          ))}
        </Table>
      ) : (
        <EmptyState icon={Bot} title="No agents yet">
          Those that the plan includes cost nothing more.
        </EmptyState>
      )}
    </Panel>
  );
}

function Head() {
  return (
    <>
      <HeaderCell>Agent</HeaderCell>
      <HeaderCell className="hidden md:table-cell">In the plan</HeaderCell>
      <HeaderCell numeric className="hidden sm:table-cell">
        Tokens
      </HeaderCell>
      <HeaderCell numeric className="hidden sm:table-cell">
        Overage
      </HeaderCell>
      <HeaderCell numeric>Cost</HeaderCell>
    </>
  );
}

function CostRow({ cost }: { cost: AgentCost }) {
  const { agentId, name, modelTier, thinkingMode, isIncluded } = cost;
  const { usedTokens, usedPercent, overageMicros, totalMicros } = cost;
  return (
    <Row>
      <Cell className="w-full max-w-0">
        <p className="truncate">
          <Link to={agentPath(agentId)} prefetch="intent" {...rowLink}>
            {name}
          </Link>
        </p>
        <p className="truncate text-xs">
          {tiers[modelTier].label}
          {thinkingMode !== "off" && ` · ${thinkingModes[thinkingMode].label.toLowerCase()} thinking`}
          <span className="md:hidden"> · {isIncluded ? "included" : "additional"}</span>
        </p>
      </Cell>
      <Cell className="hidden whitespace-nowrap md:table-cell">{isIncluded ? "Included" : "Additional"}</Cell>
      <Cell numeric className="hidden min-w-32 sm:table-cell">
        {formatCompact(usedTokens)} · {formatCount(usedPercent)} %
        <Share of={Math.min(usedPercent, 100)} most={100} />
      </Cell>
      <Cell numeric className="hidden sm:table-cell">
        {overageMicros === 0 ? "–" : formatMoney(overageMicros)}
      </Cell>
      <Cell numeric>
        <span className="text-ink">{formatMoney(totalMicros)}</span>
      </Cell>
    </Row>
  );
}
