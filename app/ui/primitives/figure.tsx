import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import { cx } from "./cx.ts";
import { formatCompact, formatCount } from "./format.ts";
import { Panel } from "./panel.tsx";

/** Figures side by side, two on a phone. */
export function Figures({ children }: { children: ReactNode }) {
  return (
    <Panel flush className="overflow-hidden">
      <ul className="grid grid-cols-2 gap-px bg-line lg:grid-cols-4">{children}</ul>
    </Panel>
  );
}

/** In full while it is read at a glance, in short beyond. */
export const shownCount = (count: number, isExact = true): string =>
  `${count < 100_000 ? formatCount(count) : formatCompact(count)}${isExact ? "" : "+"}`;

interface FigureProps {
  name: string;
  /** The time that it is about. */
  span: string;
  value: ReactNode;
  note: ReactNode;
  /** The list behind it. */
  to: string;
  isAlarming?: boolean;
}

export function Figure({ name, span, value, note, to, isAlarming = false }: FigureProps) {
  return (
    <li className="bg-surface">
      <Link
        to={to}
        prefetch="intent"
        className="block h-full px-4 py-4 transition-colors [outline-offset:-2px] hover:bg-hover sm:px-5"
      >
        <span className="block items-baseline justify-between gap-2 text-sm sm:flex">
          <span className="block truncate font-medium">{name}</span>
          <span className="block shrink-0 text-xs text-ink-muted">{span}</span>
        </span>
        <span className="tabular mt-2 block text-2xl font-semibold">{value}</span>
        <span
          className={cx(
            "tabular mt-0.5 block text-xs",
            isAlarming ? "font-medium text-bad-ink" : "text-ink-muted",
          )}
        >
          {note}
        </span>
      </Link>
    </li>
  );
}
