import {
  Table as TremorTable,
  TableBody as TremorTableBody,
  TableCell as TremorTableCell,
  TableHead as TremorTableHead,
  TableHeaderCell as TremorTableHeaderCell,
  TableRow as TremorTableRow,
} from "@tremor/react";
import { Children, isValidElement, type ReactNode } from "react";
import { cx } from "./cx.ts";

/** Tremor's table at our density: 44 px rows, quiet header, hairlines, no sideways scroll. */
export function Table({
  caption,
  head,
  children,
  className,
}: {
  /** What the table lists, for those who cannot see it. */
  caption: string;
  head: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <TremorTable className={cx("overflow-visible [&>table]:w-full", className)}>
      <caption className="sr-only">{caption}</caption>
      <TremorTableHead className="border-b border-line">
        <tr>{head}</tr>
      </TremorTableHead>
      <TremorTableBody className="divide-y divide-line">{children}</TremorTableBody>
    </TremorTable>
  );
}

/** A row; with a `stretched` link in it (see `rowLink`) all of it can be pressed. */
export function Row({ children }: { children: ReactNode }) {
  return (
    <TremorTableRow className="relative transition-colors hover:bg-hover has-[a[data-row-link]:focus-visible]:bg-hover">
      {Children.toArray(children).filter(isValidElement)}
    </TremorTableRow>
  );
}

/** Put on the one link of a row that the whole row stands for. */
export const rowLink = {
  "data-row-link": "",
  className: "font-medium text-ink after:absolute after:inset-0 hover:text-accent-ink",
} as const;

interface CellProps {
  children?: ReactNode;
  className?: string;
  numeric?: boolean;
}

export function HeaderCell({ children, className, numeric = false }: CellProps) {
  return (
    <TremorTableHeaderCell
      scope="col"
      className={cx(
        "px-4 py-2.5 text-xs font-medium text-ink-muted dark:text-ink-muted first:pl-4 sm:first:pl-5 sm:last:pr-5",
        numeric && "text-right",
        className,
      )}
    >
      {children}
    </TremorTableHeaderCell>
  );
}

export function Cell({ children, className, numeric = false }: CellProps) {
  return (
    <TremorTableCell
      className={cx(
        "whitespace-normal px-4 py-3 align-middle text-sm text-ink-muted first:pl-4 sm:first:pl-5 sm:last:pr-5",
        numeric && "tabular text-right",
        className,
      )}
    >
      {children}
    </TremorTableCell>
  );
}
