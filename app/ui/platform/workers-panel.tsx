import { ServerOff } from "lucide-react";
import type { WorkerView } from "#app/domain/platform/schema.ts";
import { EmptyState } from "../primitives/empty-state.tsx";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { Cell, HeaderCell, Row, Table } from "../primitives/table.tsx";
import { AliveBadge } from "./alive-badge.tsx";

/** The runners that take jobs. */
export function WorkersPanel({ workers }: { workers: WorkerView[] }) {
  return (
    <Panel
      title="Workers"
      description="What takes jobs. What a dead one held is freed within a minute."
      flush
    >
      {workers.length === 0 ? (
        <EmptyState icon={ServerOff} title="No worker is alive" className="!py-8">
          Jobs wait until a process with the role worker, or all, is started.
        </EmptyState>
      ) : (
        <Table
          caption="Workers"
          head={
            <>
              <HeaderCell>Runner</HeaderCell>
              <HeaderCell className="hidden sm:table-cell">Started</HeaderCell>
              <HeaderCell className="hidden sm:table-cell">Last heard of</HeaderCell>
              <HeaderCell className="max-sm:text-right">State</HeaderCell>
            </>
          }
        >
          {workers.map(({ workerId, runner, startedAt, lastSeenAt, isAlive }) => (
            <Row key={workerId}>
              <Cell className="font-medium text-ink">
                {runner}
                <p className="text-xs font-normal text-ink-muted sm:hidden">
                  since <RelativeTime at={startedAt} />
                </p>
              </Cell>
              <Cell className="hidden whitespace-nowrap sm:table-cell">
                <RelativeTime at={startedAt} />
              </Cell>
              <Cell className="hidden whitespace-nowrap sm:table-cell">
                <RelativeTime at={lastSeenAt} />
              </Cell>
              <Cell className="max-sm:text-right">
                <AliveBadge isAlive={isAlive} />
              </Cell>
            </Row>
          ))}
        </Table>
      )}
    </Panel>
  );
}
