import { Link, useFetcher } from "@remix-run/react";
import { useEffect } from "react";
import type { AuditVolume } from "#app/domain/audit/audit-volume-schema.ts";
import { formatCompact, formatCount } from "../primitives/format.ts";
import { formatExact, useTimeZone } from "../primitives/relative-time.tsx";
import { Skeleton } from "../primitives/skeleton.tsx";
import { type AuditBase, auditDataHref, auditHref, type ShownFilters } from "./audit-href.ts";

interface AuditVolumeBarsProps {
  base: AuditBase;
  filters: ShownFilters;
}

/**
 * How many events there are over the time that is shown, asked for when the page stands. A bar leads to
 * its stretch of time. Plain bars rather than a chart of Tremor's: they are all there is to it.
 */
export function AuditVolumeBars({ base, filters }: AuditVolumeBarsProps) {
  const { load, data } = useFetcher<{ volume: AuditVolume | null }>();
  const href = auditDataHref(base, "volume", filters);
  useEffect(() => load(href), [load, href]);
  return (
    <div className="needs-script mt-4 h-20">
      {data === undefined ? (
        <Skeleton className="h-16 w-full" />
      ) : data.volume === null ? (
        <p className="grid h-16 place-items-center text-xs text-ink-muted">
          How many there are over time cannot be told for this.
        </p>
      ) : (
        <Bars volume={data.volume} base={base} filters={filters} />
      )}
    </div>
  );
}

function Bars({ volume, base, filters }: AuditVolumeBarsProps & { volume: AuditVolume }) {
  const zone = useTimeZone();
  const { points, isEstimate, to } = volume;
  const total = points.reduce((sum, { count }) => sum + count, 0);
  const most = Math.max(1, ...points.map(({ count }) => count));
  const day = new Intl.DateTimeFormat("en-GB", {
    ...{ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: zone },
  });
  const span = `${day.format(Date.parse(volume.from))} to ${day.format(Date.parse(to))}`;
  const words = `${isEstimate ? "About " : ""}${formatCount(roundedTo(total, isEstimate))} events`;
  const { window: _, ...rest } = filters;
  return (
    <figure aria-label="Events over time">
      <div aria-hidden="true" className="flex h-12 items-end gap-px">
        {points.map(({ at, count }, index) => {
          const until = points[index + 1]?.at ?? to;
          return (
            <Link
              key={at}
              to={auditHref(base, { ...rest, from: at, to: until })}
              tabIndex={-1}
              preventScrollReset
              title={`${formatExact(Date.parse(at), zone)}: ${isEstimate ? "about " : ""}${formatCompact(count)}`}
              className="group flex h-full min-w-0 flex-1 items-end rounded-sm hover:bg-hover"
            >
              <span
                className="block w-full rounded-t-sm bg-accent/60 group-hover:bg-accent"
                style={{ height: count === 0 ? 0 : `${Math.max(4, (count / most) * 100)}%` }}
              />
            </Link>
          );
        })}
      </div>
      <figcaption className="tabular mt-1 flex flex-wrap justify-between gap-x-4 border-t pt-1 text-xs text-ink-muted">
        <span>{words}</span>
        <span>{span}</span>
      </figcaption>
    </figure>
  );
}

/** An estimate to two figures: more would claim what nobody counted. */
function roundedTo(count: number, isEstimate: boolean): number {
  if (!isEstimate || count < 100) return count;
  const unit = 10 ** (Math.floor(Math.log10(count)) - 1);
  return Math.round(count / unit) * unit;
}
