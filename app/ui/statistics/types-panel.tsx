import { Link } from "@remix-run/react";
import type { Statistics, StatisticsWindow } from "#app/domain/messaging/statistics/schema.ts";
import { keysOf } from "../agents/agent-words.ts";
import { messageTypes } from "../messages/message-words.ts";
import { formatCount } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";
import { Cell, HeaderCell, Row, rowLink, Table } from "../primitives/table.tsx";
import { listHref } from "./window-words.ts";

interface TypesPanelProps {
  byType: NonNullable<Statistics["byType"]>;
  window: StatisticsWindow;
}

/** What was sent by type of message; each row leads to those messages. */
export function TypesPanel({ byType, window }: TypesPanelProps) {
  const types = keysOf(messageTypes).sort((one, other) => byType[other].sent - byType[one].sent);
  return (
    <Panel title="By type" flush>
      <Table
        caption="Messages by type"
        head={
          <>
            <HeaderCell>Type</HeaderCell>
            <HeaderCell numeric>Sent</HeaderCell>
            <HeaderCell numeric className="max-sm:hidden">
              Delivered
            </HeaderCell>
            <HeaderCell numeric>Not delivered</HeaderCell>
          </>
        }
      >
        {types.map((type) => {
          const { label, icon: Icon } = messageTypes[type];
          const { sent, delivered, blocked, failed, expired } = byType[type];
          return (
            <Row key={type}>
              <Cell>
                <Link to={listHref(window, { type })} prefetch="intent" {...rowLink}>
                  <Icon aria-hidden="true" className="mr-2 inline size-4 align-[-3px] text-ink-muted" />
                  {label}
                </Link>
              </Cell>
              <Cell numeric>{formatCount(sent)}</Cell>
              <Cell numeric className="max-sm:hidden">
                {formatCount(delivered)}
              </Cell>
              <Cell numeric>{formatCount(blocked + failed + expired)}</Cell>
            </Row>
          );
        })}
      </Table>
    </Panel>
  );
}
