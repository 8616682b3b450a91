import type { Overview } from "#app/domain/messaging/overview-schema.ts";
import { messagesHref } from "../message-log/messages-href.ts";
import { Figure, Figures, shownCount as shown } from "../primitives/figure.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { changeInWords } from "./change-in-words.ts";

/** The four figures that say how things stand; each leads to its list. */
export function OverviewFigures({ overview }: { overview: Overview }) {
  const { traffic, problems, agents, escalations } = overview;
  const open = problems.groups.filter(({ isResolved }) => !isResolved).length;
  const [latest] = escalations.latest;
  return (
    <Figures>
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
    </Figures>
  );
}
