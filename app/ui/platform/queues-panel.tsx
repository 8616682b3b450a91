import { Link } from "@remix-run/react";
import type { Queue } from "#app/domain/platform/schema.ts";
import { cx } from "../primitives/cx.ts";
import { formatCount } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";
import { Cell, HeaderCell, Row, Table } from "../primitives/table.tsx";
import { durationInWords } from "../statistics/duration-words.ts";
import { failedJobsHref } from "./system-path.ts";

/** Longer than this something is likely to be wrong. */
const longWaitSeconds = 60;

/** What waits for a worker, by task. */
export function QueuesPanel({ queues }: { queues: Queue[] }) {
  return (
    <Panel title="Queues" description="Jobs by task, with the runner that takes them." flush>
      <Table caption="Queues" head={<Head />}>
        {queues.map((queue) => (
          <QueueRow key={queue.task} queue={queue} />
        ))}
      </Table>
    </Panel>
  );
}

function Head() {
  return (
    <>
      <HeaderCell>Task</HeaderCell>
      <HeaderCell numeric>Waiting</HeaderCell>
      <HeaderCell numeric className="hidden sm:table-cell">
        Scheduled
      </HeaderCell>
      <HeaderCell numeric className="hidden sm:table-cell">
        Running
      </HeaderCell>
      <HeaderCell numeric>Failed</HeaderCell>
      <HeaderCell numeric className="hidden sm:table-cell">
        Oldest
      </HeaderCell>
    </>
  );
}

function QueueRow({ queue }: { queue: Queue }) {
  const { task, runner, ready, scheduled, running, failed, oldestReadySeconds } = queue;
  return (
    <Row>
      <Cell>
        <p className="font-medium text-ink [overflow-wrap:anywhere]">{task}</p>
        <p className="text-xs">{runner ?? "unknown to this version"}</p>
      </Cell>
      <Cell numeric>
        <Count of={ready} />
      </Cell>
      <Cell numeric className="hidden sm:table-cell">
        <Count of={scheduled} />
      </Cell>
      <Cell numeric className="hidden sm:table-cell">
        <Count of={running} />
      </Cell>
      <Cell numeric>
        {failed === 0 ? (
          <Count of={0} />
        ) : (
          <Link to={failedJobsHref({ task })} className="font-medium text-bad-ink hover:underline">
            {formatCount(failed)}
          </Link>
        )}
      </Cell>
      <Cell
        numeric
        className={cx(
          "hidden whitespace-nowrap sm:table-cell",
          (oldestReadySeconds ?? 0) > longWaitSeconds && "font-medium !text-warn-ink",
        )}
      >
        {oldestReadySeconds === null ? (
          <span className="text-ink-faint">–</span>
        ) : (
          durationInWords(oldestReadySeconds * 1_000)
        )}
      </Cell>
    </Row>
  );
}

/** A figure; none stands back, so that the busy ones are seen. */
function Count({ of: count }: { of: number }) {
  return <span className={count === 0 ? "text-ink-faint" : "text-ink"}>{formatCount(count)}</span>;
}
