import { Link } from "@remix-run/react";
import { Layers } from "lucide-react";
import type { KeyboardEvent } from "react";
import type { AlertView } from "#app/domain/alerts/alert-schema.ts";
import { definitionOf, type RuleKind } from "#app/domain/alerts/rule-kinds.ts";
import { moveRowFocus } from "../messages/move-row-focus.ts";
import { Badge } from "../primitives/badge.tsx";
import { cx } from "../primitives/cx.ts";
import { formatCompact, formatCount } from "../primitives/format.ts";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { SelectAllBox, SelectBox } from "../primitives/select-box.tsx";
import { Cell, HeaderCell, Row, rowLink, Table } from "../primitives/table.tsx";
import { hasSingleKeys } from "../shell/shortcuts.ts";
import type { Selection } from "../use-selection.ts";
import { AlertStatus, SeverityTile } from "./alert-marks.tsx";
import type { AlertLine } from "./fold-alerts.ts";

interface AlertsTableProps {
  lines: readonly AlertLine[];
  /** What forms say of it. */
  keyOf: (alert: AlertView) => string;
  hrefOf: (alert: AlertView) => string;
  /** The list of one kind alone. */
  hrefOfKind: (kind: RuleKind) => string;
  /** Undefined for those who may not answer: then there is nothing to select for. */
  selection: Selection | undefined;
  /** Answers `e` on a row; undefined where that is nothing. */
  onAcknowledge: ((value: string) => void) | undefined;
  /** Whether it is said whose they are. */
  showsTenant: boolean;
}

/** Alerts, those that happened last first. Up and down (or k and j) move, `x` selects, `e` acknowledges. */
export function AlertsTable(props: AlertsTableProps) {
  const { lines, keyOf, hrefOf, hrefOfKind, selection, onAcknowledge, showsTenant } = props;
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    moveRowFocus(event);
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !hasSingleKeys()) return;
    const value = event.target instanceof HTMLElement ? event.target.dataset.alert : undefined;
    if (value === undefined) return;
    if (event.key === "x" && selection !== undefined) selection.toggle(value);
    else if (event.key === "e" && onAcknowledge !== undefined) {
      // The row leaves, and the focus would go with it.
      focusBeside(event.currentTarget, value);
      onAcknowledge(value);
    } else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the links inside
    <div onKeyDown={onKeyDown}>
      <Table
        caption="Alerts, those that happened last first"
        head={
          <>
            {selection && (
              <HeaderCell className="w-px !pr-0">
                <SelectAllBox selection={selection} />
              </HeaderCell>
            )}
            <HeaderCell>Alert</HeaderCell>
            {showsTenant && <HeaderCell className="hidden md:table-cell">Tenant</HeaderCell>}
            <HeaderCell className="hidden lg:table-cell">Status</HeaderCell>
            <HeaderCell numeric className="hidden sm:table-cell">
              Count
            </HeaderCell>
            <HeaderCell numeric className="hidden md:table-cell">
              First
            </HeaderCell>
            <HeaderCell numeric>Last</HeaderCell>
          </>
        }
      >
        {lines.map((line) =>
          "row" in line ? (
            <AlertRow
              key={line.row.item.id}
              alert={line.row.item}
              value={keyOf(line.row.item)}
              hasLeft={line.row.hasLeft}
              href={hrefOf(line.row.item)}
              selection={selection}
              showsTenant={showsTenant}
            />
          ) : (
            <FoldRow
              key={line.kind}
              {...line}
              href={hrefOfKind(line.kind)}
              columns={5 + (selection ? 1 : 0) + (showsTenant ? 1 : 0)}
            />
          ),
        )}
      </Table>
    </div>
  );
}

function focusBeside(list: HTMLElement, value: string): void {
  const links = [...list.querySelectorAll<HTMLElement>("a[data-row-link]")];
  const index = links.findIndex(({ dataset }) => dataset.alert === value);
  (links[index + 1] ?? links[index - 1])?.focus();
}

interface AlertRowProps {
  alert: AlertView;
  value: string;
  hasLeft: boolean;
  href: string;
  selection: Selection | undefined;
  showsTenant: boolean;
}

function AlertRow({ alert, value, hasLeft, href, selection, showsTenant }: AlertRowProps) {
  const { title, count, firstAt, lastAt, tenantName } = alert;
  const subject = subjectOf(alert);
  const status = hasLeft ? <Badge>No longer here</Badge> : <AlertStatus alert={alert} />;
  return (
    <Row>
      {selection && (
        <Cell className="w-px !pr-0">
          <SelectBox name="alertIds" id={value} label={`Select “${title}”`} selection={selection} />
        </Cell>
      )}
      <Cell className="w-full max-w-0">
        <div className="flex items-center gap-3">
          <SeverityTile alert={alert} className="max-sm:self-start" />
          <div className="min-w-0 flex-1">
            <p className="max-sm:line-clamp-3 max-sm:[overflow-wrap:anywhere] sm:truncate">
              <Link
                to={href}
                prefetch="intent"
                data-alert={value}
                {...rowLink}
                className={cx(rowLink.className, hasLeft && "!text-ink-muted")}
              >
                {title}
              </Link>
            </p>
            <p className="truncate text-xs">
              {definitionOf(alert.kind).label}
              {subject !== undefined && ` · ${subject}`}
              {tenantName !== undefined && <span className="md:hidden"> · {tenantName}</span>}
            </p>
            <div className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1 lg:hidden">
              {status}
              {count > 1 && (
                <span className="tabular text-xs sm:hidden">
                  {formatCount(count)} <span className="text-ink-faint">times</span>
                </span>
              )}
            </div>
          </div>
        </div>
      </Cell>
      {showsTenant && (
        <Cell className="hidden md:table-cell">
          <span className="block max-w-36 truncate" title={tenantName}>
            {tenantName ?? alert.tenantId}
          </span>
        </Cell>
      )}
      <Cell className="hidden whitespace-nowrap lg:table-cell">{status}</Cell>
      <Cell numeric className="hidden sm:table-cell">
        <span title={formatCount(count)}>{formatCompact(count)}</span>
      </Cell>
      <Cell numeric className="hidden whitespace-nowrap md:table-cell">
        <RelativeTime at={firstAt} />
      </Cell>
      <Cell numeric className="whitespace-nowrap !pl-0 text-xs max-sm:!align-top sm:!pl-4 sm:text-sm">
        <RelativeTime at={lastAt} />
      </Cell>
    </Row>
  );
}

/** Whom or what it is about, where the title does not say so already. */
function subjectOf({ title, subject, facts }: AlertView): string | undefined {
  const name = subject.name ?? facts.agentName;
  return name === undefined || title.includes(name) ? undefined : name;
}

interface FoldRowProps {
  kind: RuleKind;
  more: number;
  href: string;
  columns: number;
}

function FoldRow({ kind, more, href, columns }: FoldRowProps) {
  return (
    <tr className="relative bg-canvas transition-colors hover:bg-hover">
      <td colSpan={columns} className="px-4 py-2 sm:px-5">
        <Link
          to={href}
          preventScrollReset
          data-row-link=""
          className="flex min-h-6 items-center gap-2 text-sm text-ink-muted after:absolute after:inset-0 hover:text-ink"
        >
          <Layers aria-hidden="true" className="size-3.5 shrink-0 text-ink-faint" />
          {formatCount(more)} more of “{definitionOf(kind).label}”
        </Link>
      </td>
    </tr>
  );
}
