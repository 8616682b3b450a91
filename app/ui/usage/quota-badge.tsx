import { CircleAlert, CirclePause, Gauge, TriangleAlert } from "lucide-react";
import type { AgentUsage, QuotaState } from "#app/domain/usage/reading/schema.ts";
import { Badge, StatusDot } from "../primitives/badge.tsx";
import { stateWords } from "./usage-words.ts";

const icons = { warning: TriangleAlert, limited: Gauge, paused: CircleAlert };

/** What an agent's use of its quota means for it; a badge from 80 % on. */
export function QuotaBadge({ state, label }: { state: QuotaState; label?: string | undefined }) {
  const { label: usual, tone } = stateWords[state];
  if (state === "normal") return <StatusDot tone={tone}>{label ?? usual}</StatusDot>;
  const Icon = icons[state];
  return (
    <Badge tone={tone} icon={<Icon aria-hidden="true" />}>
      {label ?? usual}
    </Badge>
  );
}

/** The quota's state, what a budget adds to it, and a person's pause, which is another matter. */
export function AgentStates({
  agent,
}: {
  agent: Pick<AgentUsage, "quotaState" | "hold" | "status" | "percent">;
}) {
  const { quotaState, hold, status, percent } = agent;
  const isByBudget = hold !== null && hold !== quotaState && quotaState !== "paused";
  // What is over the quota is bought: sends go on.
  const isOver = quotaState === "warning" && percent >= 100;
  return (
    <span className="inline-flex flex-wrap items-center gap-1.5">
      {!(isByBudget && quotaState === "normal") && (
        <QuotaBadge state={quotaState} label={isOver ? "Over its quota" : undefined} />
      )}
      {isByBudget && (
        <QuotaBadge state={hold} label={hold === "paused" ? "Paused by budget" : "Limited by budget"} />
      )}
      {status === "paused" && (
        <Badge tone="warn" icon={<CirclePause aria-hidden="true" />}>
          Paused
        </Badge>
      )}
    </span>
  );
}
