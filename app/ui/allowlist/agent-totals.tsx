import { Link } from "@remix-run/react";
import type { AllowlistMatrix } from "#app/domain/messaging/topology-schema.ts";
import { formatCount } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";
import { Cell, HeaderCell, Row, rowLink, Table } from "../primitives/table.tsx";
import { type AllowlistView, agentHref, countSenders } from "./allowlist-view.ts";

interface AgentTotalsProps {
  matrix: AllowlistMatrix;
  /** Places of those that are shown. */
  rows: readonly number[];
  view: AllowlistView;
}

/** Where the matrix does not fit: the agents, each of which leads to its two lists. */
export function AgentTotals({ matrix, rows, view }: AgentTotalsProps) {
  const senderCounts = countSenders(matrix.receivers);
  return (
    <Panel flush>
      <Table
        caption="Agents"
        head={
          <>
            <HeaderCell>Agent</HeaderCell>
            <HeaderCell numeric>Sends to</HeaderCell>
            <HeaderCell numeric>Hears from</HeaderCell>
          </>
        }
      >
        {rows.map((place) => {
          const agent = matrix.agents[place];
          if (agent === undefined) return null;
          return (
            <Row key={agent.id}>
              <Cell className="w-full max-w-0">
                <p className="truncate">
                  <Link to={agentHref(view, agent.id)} {...rowLink}>
                    {agent.name}
                  </Link>
                </p>
              </Cell>
              <Cell numeric>{formatCount(matrix.receivers[place]?.length ?? 0)}</Cell>
              <Cell numeric>{formatCount(senderCounts[place] ?? 0)}</Cell>
            </Row>
          );
        })}
      </Table>
    </Panel>
  );
}
