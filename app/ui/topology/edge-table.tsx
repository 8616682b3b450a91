import { Link } from "@remix-run/react";
import { ArrowRight } from "lucide-react";
import type { TopologyEdge } from "#app/domain/messaging/topology-schema.ts";
import { cx } from "../primitives/cx.ts";
import { formatCount } from "../primitives/format.ts";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { Cell, HeaderCell, Row, rowLink, Table } from "../primitives/table.tsx";
import { EdgeStateBadge } from "./edge-state-badge.tsx";
import { edgeHref, keyOfEdge, type TopologyView } from "./topology-view.ts";

interface EdgeTableProps {
  edges: readonly TopologyEdge[];
  names: ReadonlyMap<string, string>;
  view: TopologyView;
}

/** The graph as a list. */
export function EdgeTable({ edges, names, view }: EdgeTableProps) {
  return (
    <Table caption="Edges between agents" head={<Head />}>
      {edges.map((edge) => (
        <EdgeRow key={keyOfEdge(edge)} edge={edge} names={names} view={view} />
      ))}
    </Table>
  );
}

function Head() {
  return (
    <>
      <HeaderCell>From, to</HeaderCell>
      <HeaderCell className="max-sm:text-right">State</HeaderCell>
      <HeaderCell className="hidden whitespace-nowrap lg:table-cell">Permitted since</HeaderCell>
      <HeaderCell numeric className="hidden sm:table-cell">
        Sent
      </HeaderCell>
      <HeaderCell numeric className="hidden md:table-cell">
        Delivered
      </HeaderCell>
      <HeaderCell numeric className="hidden sm:table-cell">
        Refused
      </HeaderCell>
      <HeaderCell numeric className="hidden lg:table-cell">
        Failed
      </HeaderCell>
      <HeaderCell numeric className="hidden lg:table-cell">
        Expired
      </HeaderCell>
    </>
  );
}

function EdgeRow({ edge, names, view }: { edge: TopologyEdge } & Omit<EdgeTableProps, "edges">) {
  const isOpen = edge.senderId === view.from && edge.recipientId === view.to;
  return (
    <Row>
      <Cell className={cx("w-full max-w-0", isOpen && "shadow-[inset_2px_0_0_rgb(var(--accent))]")}>
        <Link
          to={edgeHref(view, edge.senderId, edge.recipientId)}
          aria-current={isOpen || undefined}
          {...rowLink}
        >
          <span className="flex flex-wrap items-center gap-x-2 [overflow-wrap:anywhere]">
            <span>{names.get(edge.senderId)}</span>
            <ArrowRight aria-label="to" className="size-3.5 shrink-0 text-ink-faint" />
            <span>{names.get(edge.recipientId)}</span>
          </span>
        </Link>
        <p className="tabular mt-0.5 text-xs sm:hidden">
          {formatCount(edge.sent)} sent{edge.blocked > 0 && `, ${formatCount(edge.blocked)} refused`}
        </p>
      </Cell>
      <Cell className="max-sm:text-right">
        <EdgeStateBadge edge={edge} />
      </Cell>
      <Cell className="hidden whitespace-nowrap lg:table-cell">
        {edge.permittedAt === null ? (
          <span className="text-ink-faint">{edge.permitted ? "always" : "–"}</span>
        ) : (
          <RelativeTime at={edge.permittedAt} />
        )}
      </Cell>
      <Cell numeric className="hidden sm:table-cell">
        <Count of={edge.sent} />
      </Cell>
      <Cell numeric className="hidden md:table-cell">
        <Count of={edge.delivered} />
      </Cell>
      <Cell numeric className="hidden sm:table-cell">
        <Count of={edge.blocked} isBad />
      </Cell>
      <Cell numeric className="hidden lg:table-cell">
        <Count of={edge.failed} isBad />
      </Cell>
      <Cell numeric className="hidden lg:table-cell">
        <Count of={edge.expired} isBad />
      </Cell>
    </Row>
  );
}

/** A figure; none stands back. */
function Count({ of: count, isBad = false }: { of: number; isBad?: boolean }) {
  return (
    <span className={count === 0 ? "text-ink-faint" : isBad ? "font-medium text-bad-ink" : "text-ink"}>
      {formatCount(count)}
    </span>
  );
}
