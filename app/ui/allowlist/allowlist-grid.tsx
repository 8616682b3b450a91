import { Link } from "@remix-run/react";
import {
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import type { AllowlistMatrix, MatrixAgent } from "#app/domain/messaging/topology-schema.ts";
import { cx } from "../primitives/cx.ts";
import { formatCount } from "../primitives/format.ts";
import { type AllowlistView, agentHref, countSenders } from "./allowlist-view.ts";
import { type GridPlace, nextPlace } from "./grid-place.ts";
import { MatrixRow } from "./matrix-row.tsx";
import type { EdgeToggles } from "./use-edge-toggles.ts";
import { cellRem, columnHeadRem, rem, rowHeadRem, useVisibleCells } from "./use-visible-cells.ts";

interface AllowlistGridProps {
  matrix: AllowlistMatrix;
  /** Places of the agents that are rows and columns. */
  rows: readonly number[];
  columns: readonly number[];
  toggles: EdgeToggles;
  view: AllowlistView;
  mayWrite: boolean;
}

const agentsAt = ({ agents }: AllowlistMatrix, places: readonly number[]): MatrixAgent[] =>
  places.flatMap((place) => agents[place] ?? []);

/**
 * Senders down, recipients across. Only what is in view is in the document; one cell is a stop for Tab, and
 * arrows lead to the others, also those that are not drawn yet.
 */
export function AllowlistGrid({ matrix, rows, columns, toggles, view, mayWrite }: AllowlistGridProps) {
  const grid = useRef<HTMLDivElement>(null);
  const cells = useVisibleCells(grid);
  const [stop, setStop] = useState<GridPlace>({ row: 0, column: 0 });
  const senders = useMemo(() => agentsAt(matrix, rows), [matrix, rows]);
  const recipients = useMemo(() => agentsAt(matrix, columns), [matrix, columns]);
  const senderCounts = useMemo(() => countSenders(toggles.receivers), [toggles.receivers]);
  const active = {
    row: Math.min(stop.row, senders.length - 1),
    column: Math.min(stop.column, recipients.length - 1),
  };
  const focusSoon = useFocusAt(grid, active);

  const toggle = ({ row, column }: GridPlace) => {
    const sender = senders[row];
    const recipient = recipients[column];
    const from = rows[row];
    const to = columns[column];
    if (!mayWrite || sender === undefined || recipient === undefined || sender.id === recipient.id) return;
    if (from === undefined || to === undefined) return;
    toggles.set(sender.id, recipient.id, !toggles.receivers[from]?.has(to));
  };
  const onClick = ({ target }: MouseEvent) => {
    const at = placeOf(target);
    if (at === undefined) return;
    setStop(at);
    toggle(at);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = placeOf(event.target);
    if (at === undefined || event.altKey || event.metaKey) return;
    if ((event.key === " " || event.key === "Enter") && at.row >= 0 && at.column >= 0) {
      event.preventDefault();
      if (!event.repeat) toggle(at);
      return;
    }
    const page = Math.max(
      1,
      Math.floor(((grid.current?.clientHeight ?? 0) / rem() - columnHeadRem) / cellRem),
    );
    const next = nextPlace(at, event, { rows: senders.length, columns: recipients.length, page });
    if (next === undefined) return;
    event.preventDefault();
    setStop(next);
    focusSoon();
  };
  // The column under the pointer; the row is CSS's. No state, since the pointer moves all the time.
  const onPointerOver = ({ target }: PointerEvent) => {
    const column = placeOf(target)?.column ?? -1;
    grid.current?.style.setProperty("--pointed", String(column));
    grid.current?.toggleAttribute("data-pointed", column >= 0);
  };

  const shownRows = range(cells.top, cells.bottom, senders.length, active.row);
  const shownColumns = range(cells.left, cells.right, recipients.length, active.column);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table of which only a part is there has no place for its cells
    <div
      ref={grid}
      role="grid"
      aria-label="Allowlist: senders down, recipients across"
      aria-rowcount={senders.length + 1}
      aria-colcount={recipients.length + 1}
      aria-multiselectable="true"
      aria-readonly={!mayWrite}
      onClick={onClick}
      onKeyDown={onKeyDown}
      onPointerOver={onPointerOver}
      onPointerLeave={() => grid.current?.removeAttribute("data-pointed")}
      className={cx(
        "group/grid scroll-quiet relative max-h-[clamp(22rem,calc(100dvh-18rem),60rem)] overflow-auto overscroll-contain",
        "[scroll-padding:9rem_0_0_13rem]",
        !mayWrite && "[&_[role=gridcell]]:cursor-default",
      )}
    >
      <div
        className="relative"
        style={{
          width: `${rowHeadRem + recipients.length * cellRem + 1}rem`,
          height: `${columnHeadRem + senders.length * cellRem + 1}rem`,
        }}
      >
        <ColumnMark className="inset-y-0" />
        {/* biome-ignore lint/a11y/useSemanticElements: as the grid */}
        {/* biome-ignore lint/a11y/useFocusableInteractive: as the grid */}
        <div
          role="row"
          aria-rowindex={1}
          className="sticky top-0 z-20 border-b bg-surface"
          style={{ height: `${columnHeadRem}rem` }}
        >
          <ColumnMark className="inset-y-0" />
          {/* biome-ignore lint/a11y/useSemanticElements: as the grid */}
          <div
            role="columnheader"
            aria-colindex={1}
            tabIndex={-1}
            className="sticky left-0 z-10 flex h-full items-end border-r bg-surface px-3 pb-2 text-xs text-ink-muted"
            style={{ width: `${rowHeadRem}rem` }}
          >
            Sender ↓, recipient →
          </div>
          {shownColumns.map((column) => {
            const recipient = recipients[column];
            const place = columns[column];
            if (recipient === undefined || place === undefined) return null;
            return (
              <ColumnHead
                key={recipient.id}
                column={column}
                recipient={recipient}
                count={senderCounts[place] ?? 0}
                href={agentHref(view, recipient.id)}
                isOpen={view.agent === recipient.id}
                isStop={active.row === -1 && active.column === column}
              />
            );
          })}
        </div>
        {shownRows.map((row) => {
          const sender = senders[row];
          const receivers = toggles.receivers[rows[row] ?? -1];
          if (sender === undefined || receivers === undefined) return null;
          return (
            <MatrixRow
              key={sender.id}
              row={row}
              sender={sender}
              recipients={recipients}
              places={columns}
              receivers={receivers}
              first={cells.left}
              last={cells.right}
              stop={active.row === row ? active.column : undefined}
              href={agentHref(view, sender.id)}
              isOpen={view.agent === sender.id}
            />
          );
        })}
      </div>
    </div>
  );
}

/** The places in view, and the one that has the focus, wherever it is. */
function range(first: number, last: number, count: number, active: number): number[] {
  const places: number[] = [];
  for (let place = first; place <= Math.min(last, count - 1); place += 1) places.push(place);
  if (active >= 0 && active < count && (active < first || active > last)) places.push(active);
  return places;
}

function placeOf(target: EventTarget): GridPlace | undefined {
  if (!(target instanceof Element)) return undefined;
  const at = target.closest<HTMLElement>("[data-at]")?.dataset.at;
  const [row, column] = at?.split(",").map(Number) ?? [];
  return row === undefined || column === undefined ? undefined : { row, column };
}

/** Gives a cell the focus once it is drawn, and brings it out from under the headers. */
function useFocusAt(grid: { readonly current: HTMLElement | null }, { row, column }: GridPlace): () => void {
  const isDue = useRef(false);
  useEffect(() => {
    if (!isDue.current) return;
    isDue.current = false;
    const scroller = grid.current;
    const cell = scroller?.querySelector<HTMLElement>(`[data-at="${row},${column}"]`);
    if (scroller == null || cell == null) return;
    cell.focus({ preventScroll: true });
    const size = cellRem * rem();
    const view = {
      width: scroller.clientWidth - rowHeadRem * rem(),
      height: scroller.clientHeight - columnHeadRem * rem(),
    };
    if (row >= 0) scroller.scrollTop = inView(scroller.scrollTop, view.height, row * size, size);
    if (column >= 0) scroller.scrollLeft = inView(scroller.scrollLeft, view.width, column * size, size);
  });
  return () => {
    isDue.current = true;
  };
}

/** The scroll position that shows a cell, moved as little as can be. */
const inView = (from: number, length: number, start: number, size: number): number =>
  Math.min(start, Math.max(from, start + size - length));

function ColumnMark({ className }: { className: string }) {
  return (
    <div
      aria-hidden="true"
      className={cx(
        "pointer-events-none absolute hidden w-7 bg-hover group-data-[pointed]/grid:block",
        className,
      )}
      style={{ left: `calc(${rowHeadRem}rem + var(--pointed, 0) * ${cellRem}rem)` }}
    />
  );
}

interface ColumnHeadProps {
  column: number;
  recipient: MatrixAgent;
  count: number;
  href: string;
  isOpen: boolean;
  isStop: boolean;
}

function ColumnHead({ column, recipient, count, href, isOpen, isStop }: ColumnHeadProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: as the grid
    <div
      role="columnheader"
      aria-colindex={column + 2}
      tabIndex={-1}
      className="absolute inset-y-0 w-7"
      style={{ left: `${rowHeadRem + column * cellRem}rem` }}
    >
      <Link
        to={href}
        data-at={`-1,${column}`}
        tabIndex={isStop ? 0 : -1}
        aria-current={isOpen || undefined}
        title={recipient.status === "paused" ? `${recipient.name} (paused)` : recipient.name}
        className={cx(
          "flex h-full flex-col items-center justify-end gap-1.5 pb-1.5 text-xs outline-offset-[-2px] hover:text-accent-ink",
          isOpen && "font-semibold text-accent-ink",
        )}
      >
        <span
          className={cx(
            "max-h-[6.75rem] rotate-180 truncate [writing-mode:vertical-rl]",
            recipient.status === "paused" && "italic text-ink-muted",
          )}
        >
          {recipient.name}
        </span>
        <span className="sr-only"> {recipient.status === "paused" && "(paused) "}may receive from </span>
        <span className="tabular text-[0.6875rem] leading-3 text-ink-muted">{formatCount(count)}</span>
      </Link>
    </div>
  );
}
