import { ServerOff } from "lucide-react";
import type { InstanceReport, InstanceView } from "#app/domain/platform/schema.ts";
import { Badge } from "../primitives/badge.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { formatCount } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { Cell, HeaderCell, Row, Table } from "../primitives/table.tsx";
import { AliveBadge } from "./alive-badge.tsx";
import { sizeInWords } from "./size-words.ts";

interface InstancesPanelProps {
  instances: InstanceView[];
  /** The process that made this page. */
  ownId: string;
}

/** The processes of the service, each with its streams and send lanes as it last said. */
export function InstancesPanel({ instances, ownId }: InstancesPanelProps) {
  return (
    <Panel title="Instances" description="Each says every five seconds how it is doing." flush>
      {instances.length === 0 ? (
        <EmptyState icon={ServerOff} title="No process has reported yet" className="!py-8">
          The first report comes a moment after the start.
        </EmptyState>
      ) : (
        <Table caption="Instances" head={<Head />}>
          {instances.map((instance) => (
            <InstanceRow key={instance.id} instance={instance} isOwn={instance.id === ownId} />
          ))}
        </Table>
      )}
    </Panel>
  );
}

function Head() {
  return (
    <>
      <HeaderCell>Process</HeaderCell>
      <HeaderCell numeric className="hidden sm:table-cell">
        Live streams
      </HeaderCell>
      <HeaderCell className="hidden md:table-cell">Send lanes</HeaderCell>
      <HeaderCell numeric className="hidden lg:table-cell">
        Requests
      </HeaderCell>
      <HeaderCell className="hidden lg:table-cell">Database</HeaderCell>
      <HeaderCell numeric className="hidden xl:table-cell">
        Memory
      </HeaderCell>
      <HeaderCell className="max-sm:text-right">State</HeaderCell>
    </>
  );
}

function InstanceRow({ instance, isOwn }: { instance: InstanceView; isOwn: boolean }) {
  const { host, pid, role, version, startedAt, lastSeenAt, isAlive, report } = instance;
  return (
    <Row>
      <Cell>
        <p className="font-medium text-ink [overflow-wrap:anywhere]">
          {host}:{pid}
          {isOwn && <Badge className="ml-2">This one</Badge>}
        </p>
        <p className="text-xs">
          {role}, {version}, since <RelativeTime at={startedAt} />
        </p>
        {report && (
          <p className="tabular text-xs sm:hidden">
            {formatCount(report.streams.open)} streams, {lanesOf(report)}
          </p>
        )}
      </Cell>
      <Cell numeric className="hidden sm:table-cell">
        {report ? formatCount(report.streams.open) : "–"}
      </Cell>
      <Cell className="tabular hidden md:table-cell">{report ? lanesOf(report) : "–"}</Cell>
      <Cell numeric className="hidden lg:table-cell">
        {report ? <Requests report={report} /> : "–"}
      </Cell>
      <Cell className="tabular hidden lg:table-cell">{report ? databaseOf(report) : "–"}</Cell>
      <Cell numeric className="hidden whitespace-nowrap xl:table-cell">
        {report ? sizeInWords(report.memoryBytes) : "–"}
      </Cell>
      <Cell className="whitespace-nowrap max-sm:text-right">
        <AliveBadge isAlive={isAlive} />
        {!isAlive && (
          <p className="mt-0.5 text-xs">
            <RelativeTime at={lastSeenAt} />
          </p>
        )}
      </Cell>
    </Row>
  );
}

function Requests({ report: { http } }: { report: InstanceReport }) {
  const failed = http.byStatus["5xx"] ?? 0;
  return (
    <>
      {formatCount(http.requests)}
      {failed > 0 && <span className="block text-xs text-bad-ink">{formatCount(failed)} failed</span>}
    </>
  );
}

/** "2 lanes, 1 busy, 30 waiting". */
function lanesOf({ sends: { lanes, queued } }: InstanceReport): string {
  const busy = lanes.filter(({ isBusy }) => isBusy).length;
  const waiting = queued === 0 ? "" : `, ${formatCount(queued)} waiting`;
  return `${lanes.length} ${lanes.length === 1 ? "lane" : "lanes"}, ${busy === 0 ? "idle" : `${busy} busy`}${waiting}`;
}

function databaseOf({ database: { away, lanes } }: InstanceReport): string {
  if (away) return "Away";
  const all = Object.values(lanes);
  const inUse = all.reduce((sum, lane) => sum + lane.inUse, 0);
  const waiting = all.reduce((sum, lane) => sum + lane.waiting, 0);
  return `${inUse} in use${waiting === 0 ? "" : `, ${waiting} waiting`}`;
}
