import { Link } from "@remix-run/react";
import { memo } from "react";
import type { MatrixAgent } from "#app/domain/messaging/topology-schema.ts";
import { cx } from "../primitives/cx.ts";
import { formatCount } from "../primitives/format.ts";
import { cellRem, columnHeadRem, rowHeadRem } from "./use-visible-cells.ts";

interface MatrixRowProps {
  /** Its place among the rows that are shown. */
  row: number;
  sender: MatrixAgent;
  /** The agents of all columns that are shown. */
  recipients: readonly MatrixAgent[];
  /** For each of these its place in the whole matrix. */
  places: readonly number[];
  /** The places of those that the sender may send to. */
  receivers: ReadonlySet<number>;
  first: number;
  last: number;
  /** The column that is a stop for Tab, where it is in this row; drawn also when out of view. */
  stop: number | undefined;
  href: string;
  isOpen: boolean;
}

/**
 * A sender with a cell for each recipient. Cells are plain elements without state or handlers: there are a
 * thousand of them in view, and the grid listens for all.
 */
export const MatrixRow = memo(
  ({ row, sender, recipients, places, receivers, first, last, stop, href, isOpen }: MatrixRowProps) => {
    const cells = [];
    for (let column = first; column <= Math.min(last, recipients.length - 1); column += 1) cells.push(column);
    if (stop !== undefined && stop >= 0 && stop < recipients.length && (stop < first || stop > last))
      cells.push(stop);
    return (
      // biome-ignore lint/a11y/useSemanticElements: a table of which only a part is there has no place for its cells
      // biome-ignore lint/a11y/useFocusableInteractive: its cells have the focus
      <div
        role="row"
        aria-rowindex={row + 2}
        className="group absolute inset-x-0 h-7 hover:bg-hover"
        style={{ top: `${columnHeadRem + row * cellRem}rem` }}
      >
        {/* biome-ignore lint/a11y/useSemanticElements: as the row */}
        {/* biome-ignore lint/a11y/useFocusableInteractive: its link has the focus */}
        <div
          role="rowheader"
          aria-colindex={1}
          className="sticky left-0 z-10 h-full border-r bg-surface group-hover:bg-hover"
          style={{ width: `${rowHeadRem}rem` }}
        >
          <Link
            to={href}
            data-at={`${row},-1`}
            tabIndex={stop === -1 ? 0 : -1}
            aria-current={isOpen || undefined}
            title={sender.status === "paused" ? `${sender.name} (paused)` : sender.name}
            className={cx(
              "flex h-full items-center gap-2 pl-3 pr-2 text-xs outline-offset-[-2px] hover:text-accent-ink",
              isOpen && "font-semibold text-accent-ink",
            )}
          >
            <span
              className={cx("min-w-0 flex-1 truncate", sender.status === "paused" && "italic text-ink-muted")}
            >
              {sender.name}
            </span>
            <span className="sr-only"> {sender.status === "paused" && "(paused) "}may send to </span>
            <span className="tabular text-ink-muted">{formatCount(receivers.size)}</span>
          </Link>
        </div>
        {cells.map((column) => {
          const recipient = recipients[column];
          const place = places[column];
          if (recipient === undefined || place === undefined) return null;
          const isItself = recipient.id === sender.id;
          const isAllowed = receivers.has(place);
          return (
            // biome-ignore lint/a11y/useSemanticElements: as the row
            <div
              key={column}
              role="gridcell"
              aria-colindex={column + 2}
              aria-selected={isItself ? undefined : isAllowed}
              aria-disabled={isItself || undefined}
              aria-label={
                isItself
                  ? `${sender.name} itself`
                  : `${sender.name} to ${recipient.name}: ${isAllowed ? "allowed" : "not allowed"}`
              }
              data-at={`${row},${column}`}
              tabIndex={stop === column ? 0 : -1}
              className={isItself ? itself : cell}
              style={{ left: `${rowHeadRem + column * cellRem}rem` }}
            />
          );
        })}
      </div>
    );
  },
);
MatrixRow.displayName = "MatrixRow";

const place = "absolute inset-y-0 w-7 outline-offset-[-2px]";
const cell = cx(
  place,
  "grid cursor-pointer place-items-center before:size-4 before:rounded-sm before:border before:border-ink-faint/60",
  "hover:before:border-ink aria-selected:before:border-accent aria-selected:before:bg-accent",
);
const itself = cx(
  place,
  "bg-[linear-gradient(45deg,transparent_46%,rgb(var(--line-strong))_46%_54%,transparent_54%)]",
);
