import { ChevronLeft, ChevronRight } from "lucide-react";
import { ButtonLink } from "./button.tsx";
import { formatCount } from "./format.ts";

interface PaginationProps {
  page: number;
  limit: number;
  total: number;
  /** False where counting stopped: there may be more. */
  isExact?: boolean;
  /** What is counted: "messages". */
  noun: string;
  /** What leads back and on, where the order is not the newest first. */
  labels?: readonly [back: string, on: string];
  /** The URL of a page; keeps the filters. */
  hrefOf: (page: number) => string;
}

export function Pagination({
  page,
  limit,
  total,
  isExact = true,
  noun,
  labels = ["Newer", "Older"],
  hrefOf,
}: PaginationProps) {
  const [back, on] = labels;
  const first = (page - 1) * limit + 1;
  const last = Math.min(page * limit, total);
  if (total <= limit && page === 1) return null;
  return (
    <nav aria-label="Pages" className="flex items-center justify-between gap-3 px-4 py-2">
      <p className="tabular text-xs text-ink-muted">
        {first > total ? `No ${noun} here` : `${formatCount(first)}–${formatCount(last)}`} of{" "}
        {formatCount(total)}
        {isExact ? "" : "+"}
      </p>
      <div className="flex gap-1">
        <ButtonLink
          to={hrefOf(page - 1)}
          size="icon-sm"
          variant="ghost"
          aria-label={back}
          aria-disabled={page <= 1 || undefined}
          tabIndex={page <= 1 ? -1 : undefined}
          icon={<ChevronLeft className="size-4" />}
        />
        <ButtonLink
          to={hrefOf(page + 1)}
          size="icon-sm"
          variant="ghost"
          aria-label={on}
          aria-disabled={last >= total || undefined}
          tabIndex={last >= total ? -1 : undefined}
          icon={<ChevronRight className="size-4" />}
        />
      </div>
    </nav>
  );
}
