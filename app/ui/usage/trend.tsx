import { ArrowDownRight, ArrowRight, ArrowUpRight } from "lucide-react";
import { changeOf } from "./usage-words.ts";

/** How something has changed against the time before: neither good nor bad. */
export function Trend({ current, previous }: { current: number; previous: number }) {
  const change = changeOf(current, previous);
  if (change === undefined) return <span className="text-ink-faint">–</span>;
  const Icon = current > previous ? ArrowUpRight : current < previous ? ArrowDownRight : ArrowRight;
  return (
    <span className="tabular inline-flex items-center gap-1 whitespace-nowrap">
      <Icon aria-hidden="true" className="size-3.5 text-ink-faint" />
      {change}
    </span>
  );
}
