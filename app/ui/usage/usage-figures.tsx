import type { AgentUsageList, DailyUsage } from "#app/domain/usage/reading/schema.ts";
import { changeInWords } from "../overview/change-in-words.ts";
import { Figure, Figures, shownCount } from "../primitives/figure.tsx";
import { formatCount } from "../primitives/format.ts";
import { formatCost } from "./cost-words.ts";
import { type UsageBase, type UsageChoices, usageHref } from "./usage-href.ts";
import { monthInWords } from "./usage-words.ts";

interface UsageFiguresProps {
  base: UsageBase;
  usage: DailyUsage;
  agents: AgentUsageList;
  choices: UsageChoices;
  span: string;
}

/** The key figures, each beside the same days before. */
export function UsageFigures({ base, usage, agents, choices, span }: UsageFiguresProps) {
  const { totals, comparison } = usage;
  const { warning, limited, paused } = agents.states;
  const near = warning + limited + paused;
  const change = (of: "tokens" | "events" | "costMicros"): string =>
    comparison === null
      ? "The first day is going on"
      : changeInWords(comparison.current[of], comparison.previous[of], span);
  return (
    <Figures>
      <Figure
        name="Tokens"
        span={span}
        value={shownCount(totals.tokens)}
        to={usageHref(base, { ...choices, metric: undefined })}
        note={change("tokens")}
      />
      <Figure
        name="Estimated cost"
        span={span}
        value={formatCost(totals.costMicros)}
        to={usageHref(base, { ...choices, metric: "cost" })}
        note={change("costMicros")}
      />
      <Figure
        name="Queries"
        span={span}
        value={shownCount(totals.events)}
        to={usageHref(base, { ...choices, by: "agent" })}
        note={change("events")}
      />
      <Figure
        name="Near their quota"
        span={monthInWords(agents.month)}
        value={shownCount(near)}
        to={usageHref(base, { ...choices, sort: "percent", order: undefined })}
        note={
          limited + paused === 0
            ? "No agent is limited or paused by its quota"
            : `${formatCount(limited)} limited, ${formatCount(paused)} paused`
        }
        isAlarming={limited + paused > 0}
      />
    </Figures>
  );
}
