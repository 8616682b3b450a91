import type { QuotaState } from "#app/domain/usage/reading/schema.ts";
import { cx } from "../primitives/cx.ts";

const fills: Record<QuotaState, string> = {
  normal: "fill-accent",
  warning: "fill-warn",
  limited: "fill-bad",
  paused: "fill-bad",
};

/** How much of an allowance is used, as a bar; a second part of it is spoken for. The figures stand beside it. */
export function QuotaBar({
  percent,
  reservedPercent = 0,
  state,
  className,
}: {
  percent: number;
  reservedPercent?: number;
  state: QuotaState;
  className?: string;
}) {
  const used = Math.min(100, percent);
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 100 1"
      preserveAspectRatio="none"
      className={cx("h-1.5 w-full overflow-hidden rounded-full", className)}
    >
      <rect width="100" height="1" className="fill-sunken" />
      <rect x={used} width={Math.min(100 - used, reservedPercent)} height="1" className="fill-line-strong" />
      <rect width={used} height="1" className={fills[state]} />
    </svg>
  );
}
