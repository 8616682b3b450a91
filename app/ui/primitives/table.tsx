import { Children, isValidElement, type ReactNode } from "react";
import { cx } from "./cx.ts";

/** A table at our density: 44 px rows, quiet header, hairlines, no sideways scroll. */
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
    <div className={className}>
      <table className="w-full text-tremor-default text-ink-muted">
        <caption className="sr-only">{caption}</caption>
        <thead className="border-b border-line text-left">
          <tr>{head}</tr>
        </thead>
        <tbody className="divide-y divide-line align-top">{children}</tbody>
      </table>
    </div>
  );
}

/** A row; with a `stretched` link in it (see `rowLink`) all of it can be pressed. */
export function Row({ children }: { children: ReactNode }) {
  return (
    <tr className="relative transition-colors hover:bg-hover has-[a[data-row-link]:focus-visible]:bg-hover">
      {Children.toArray(children).filter(isValidElement)}
    </tr>
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

export function HeaderCell({
  children,
  className,
  numeric = false,
  sort,
}: CellProps & {
  /** How the table is in order of it. */
  sort?: "ascending" | "descending" | undefined;
}) {
  return (
    <th
      scope="col"
      aria-sort={sort}
      className={cx(
        "whitespace-nowrap px-4 py-2.5 text-xs font-medium text-ink-muted first:pl-4 sm:first:pl-5 sm:last:pr-5",
        numeric ? "text-right" : "text-left",
        className,
      )}
    >
      {children}
    </th>
  );
}

export function Cell({ children, className, numeric = false }: CellProps) {
  return (
    <td
      className={cx(
        "px-4 py-3 align-middle text-sm text-ink-muted first:pl-4 sm:first:pl-5 sm:last:pr-5",
        numeric && "tabular text-right",
        className,
      )}
    >
      {children}
    </td>
  );
}
