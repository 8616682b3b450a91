import { Link } from "@remix-run/react";
import { type ReactNode, Suspense } from "react";
import { cx } from "../primitives/cx.ts";
import { formatCount } from "../primitives/format.ts";
import { Skeleton } from "../primitives/skeleton.tsx";
import { useInBrowser } from "../use-in-browser.ts";

export interface ChartSeries {
  name: string;
  /** Tailwind's ground of the mark: the colour that the drawing has. */
  mark: string;
  total: number;
  /** The total as it is read, where it is no count. */
  shown?: string | undefined;
  /** The list behind the figure. */
  to?: string | undefined;
}

interface ChartFrameProps {
  /** What is shown, for those who cannot see it: "Messages of the last hour, by minute". */
  label: string;
  series: readonly ChartSeries[];
  /** The drawing in a sentence. */
  summary: string;
  /** The same figures as a table. */
  rows: readonly { key: string; heading: string; cells: readonly string[] }[];
  rowHeading: string;
  /** Said over an empty drawing; undefined when there is something to draw. */
  emptyText: string | undefined;
  /** The drawing itself; mounted in the browser only, and may be a lazy component. */
  children: ReactNode;
  className?: string | undefined;
}

/**
 * What every chart stands in: a legend with its totals, room of a fixed size that a skeleton holds
 * until the drawing is there, and the same in words and as a table.
 */
export function ChartFrame({
  label,
  series,
  summary,
  rows,
  rowHeading,
  emptyText,
  children,
  className,
}: ChartFrameProps) {
  // Drawings measure themselves, which only a browser can; the server does not load them at all.
  const inBrowser = useInBrowser();
  return (
    <figure aria-label={label} className={cx("relative", className)}>
      <ul className="mb-3 flex flex-wrap gap-x-5 gap-y-1">
        {series.map((one) => (
          <li key={one.name}>
            <LegendEntry {...one} />
          </li>
        ))}
      </ul>
      <div aria-hidden="true" className="relative h-48 sm:h-56">
        {inBrowser ? <Suspense fallback={<ChartSkeleton />}>{children}</Suspense> : <ChartSkeleton />}
        {emptyText !== undefined && (
          <p className="absolute inset-x-0 bottom-8 top-0 grid place-items-center text-sm text-ink-muted">
            {emptyText}
          </p>
        )}
      </div>
      <figcaption className="sr-only">{emptyText ?? summary}</figcaption>
      {emptyText === undefined && (
        <div className="sr-only">
          <table>
            <caption>{label}</caption>
            <thead>
              <tr>
                <th scope="col">{rowHeading}</th>
                {series.map(({ name }) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ key, heading, cells }) => (
                <tr key={key}>
                  <th scope="row">{heading}</th>
                  {cells.map((cell, index) => (
                    <td key={series[index]?.name}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </figure>
  );
}

function LegendEntry({ name, mark, total, shown = formatCount(total), to }: ChartSeries) {
  const words = (
    <>
      <span aria-hidden="true" className={cx("size-2.5 shrink-0 rounded-[3px]", mark)} />
      <span className="text-ink-muted">{name}</span>
      <span className="tabular font-medium text-ink">{shown}</span>
    </>
  );
  const look = "inline-flex min-h-6 items-center gap-1.5 text-sm";
  if (to === undefined) return <span className={look}>{words}</span>;
  return (
    <Link to={to} className={cx(look, "rounded-sm hover:underline")}>
      {words}
    </Link>
  );
}

/** Bars to come, at the place and size of those that will be. */
function ChartSkeleton() {
  return (
    <div className="absolute inset-0 flex items-end gap-1 pb-8 pl-10 pr-1 pt-2">
      {skeletonHeights.map(([key, height]) => (
        <Skeleton key={key} className={cx("flex-1", height)} />
      ))}
    </div>
  );
}

const skeletonHeights = [
  ["a", "h-1/3"],
  ["b", "h-1/2"],
  ["c", "h-2/5"],
  ["d", "h-3/5"],
  ["e", "h-1/2"],
  ["f", "h-3/4"],
  ["g", "h-2/3"],
  ["h", "h-1/2"],
  ["i", "h-3/5"],
  ["j", "h-2/5"],
  ["k", "h-1/2"],
  ["l", "h-2/3"],
] as const;
