import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import type { Overview } from "#app/domain/messaging/overview-schema.ts";
import { messagesHref } from "../message-log/messages-href.ts";
import { cx } from "../primitives/cx.ts";
import { formatCompact, formatCount } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { changeInWords } from "./change-in-words.ts";

/** The four figures that say how things stand; each leads to its list. */
export function Figures({ overview }: { overview: Overview }) {
  const { traffic, problems, agents, escalations } = overview;
  const open = problems.groups.filter(({ isResolved }) => !isResolved).length;
  const [latest] = escalations.latest;
  return (
    <Panel flush className="overflow-hidden">
      <ul className="grid grid-cols-2 gap-px bg-line lg:grid-cols-4">
        <Figure
          name="Messages"
          span="last hour"
          value={shown(traffic.sent)}
          to={messagesHref({ window: "1h" })}
          note={changeInWords(traffic.sent, traffic.sentBefore)}
        />
        <Figure
          name="Not delivered"
          span="last 24 hours"
          value={shown(problems.count, problems.isExact)}
          to={messagesHref({ status: "problem", window: "24h" })}
          isAlarming={open > 0}
          note={
            problems.count === 0
              ? "Everything went through"
              : open > 0
                ? "Needs attention"
                : "Nothing left to do"
          }
        />
        <Figure
          name="Agents sending"
          span="last hour"
          value={
            <>
              {shown(agents.busyCount)}
              <span className="text-lg font-medium text-ink-muted"> of {shown(agents.total)}</span>
            </>
          }
          to="/dashboard/agents"
          note={
            agents.busyCount === agents.total
              ? "All of them"
              : `${shown(agents.total - agents.busyCount)} silent`
          }
        />
        <Figure
          name="Escalations"
          span="last 24 hours"
          value={shown(escalations.count, escalations.isExact)}
          to={messagesHref({ type: "escalation", window: "24h" })}
          note={
            latest === undefined ? (
              "None so far"
            ) : (
              <>
                Latest <RelativeTime at={latest.createdAt} />
              </>
            )
          }
        />
      </ul>
    </Panel>
  );
}

/** In full while it is read at a glance, in short beyond. */
const shown = (count: number, isExact = true): string =>
  `${count < 100_000 ? formatCount(count) : formatCompact(count)}${isExact ? "" : "+"}`;

interface FigureProps {
  name: string;
  /** The time that it is about. */
  span: string;
  value: ReactNode;
  note: ReactNode;
  to: string;
  isAlarming?: boolean;
}

function Figure({ name, span, value, note, to, isAlarming = false }: FigureProps) {
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
