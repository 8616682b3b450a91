import { cx } from "./cx.ts";

/** Holds the place of what is loading, at its size. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden="true" className={cx("block animate-pulse rounded-sm bg-sunken", className)} />;
}
