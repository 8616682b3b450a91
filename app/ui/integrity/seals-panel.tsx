import { Stamp } from "lucide-react";
import type { SealList } from "#app/domain/integrity/schema.ts";
import { Badge } from "../primitives/badge.tsx";
import { ButtonLink } from "../primitives/button.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { formatCount } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { Cell, HeaderCell, Row, Table } from "../primitives/table.tsx";

/** The chain's seals, newest first. */
export function SealsPanel({ seals, nextCursor, isFirstPage }: SealList & { isFirstPage: boolean }) {
  return (
    <Panel title="Seals" description="Each covers the events of a minute, or of a busy moment." flush>
      {seals.length === 0 ? (
        <EmptyState icon={Stamp} title="No seals yet" className="!py-8">
          The first is made within a minute of the first event.
        </EmptyState>
      ) : (
        <Table
          caption="Seals, newest first"
          head={
            <>
              <HeaderCell numeric>Seal</HeaderCell>
              <HeaderCell numeric>Events</HeaderCell>
              <HeaderCell>Sealed</HeaderCell>
              <HeaderCell className="hidden sm:table-cell">Root</HeaderCell>
            </>
          }
        >
          {seals.map(({ sequence, events, sealedAt, root, isArchived }) => (
            <Row key={sequence}>
              <Cell numeric className="w-20 text-ink">
                {formatCount(sequence)}
              </Cell>
              <Cell numeric className="w-24">
                {formatCount(events)}
              </Cell>
              <Cell className="whitespace-nowrap">
                <RelativeTime at={sealedAt} /> {isArchived && <Badge className="ml-2">Archived</Badge>}
              </Cell>
              <Cell className="hidden sm:table-cell">
                <code className="font-mono text-xs">{root.slice(0, 16)}…</code>
              </Cell>
            </Row>
          ))}
        </Table>
      )}
      {(nextCursor !== null || !isFirstPage) && (
        <div className="flex gap-2 border-t px-4 py-2.5 sm:px-5">
          {!isFirstPage && (
            <ButtonLink to="?" size="sm" preventScrollReset>
              Newest seals
            </ButtonLink>
          )}
          {nextCursor !== null && (
            <ButtonLink to={`?before=${nextCursor}`} size="sm" preventScrollReset>
              Older seals
            </ButtonLink>
          )}
        </div>
      )}
    </Panel>
  );
}
