import { parseId } from "#db/ids.ts";
import { aboutAgent } from "./agent-of.ts";
import { detailsOf, occurrenceOf } from "./event-details.ts";
import type { SignalSource } from "./signal-source.ts";

/** An agent has used a step of its month's tokens: one alert a month, which climbs. */
export const usageThreshold: SignalSource = {
  kind: "usage_threshold",
  actions: ["usage.threshold.reached"],
  signalsOf(event) {
    const details = detailsOf(event, "usage.threshold.reached");
    const agent = aboutAgent(event.resource);
    if (details === undefined || agent === undefined) return [];
    const { percent, usedPercent, usedTokens, quotaTokens, period } = details;
    return [
      {
        ...{ ...occurrenceOf(event), ...agent, kind: "usage_threshold" },
        ...{ key: `${agent.key}:${period}`, step: percent },
        facts: { ...agent.facts, percent, usedPercent, usedTokens, quotaTokens, period },
      },
    ];
  },
};

/** The same of what an agent, or the whole organisation, may spend. */
export const budgetExceeded: SignalSource = {
  kind: "budget_exceeded",
  actions: ["budget.threshold.reached"],
  signalsOf(event) {
    const details = detailsOf(event, "budget.threshold.reached");
    const budgetId = parseId(event.resource.id, "bgt");
    if (details === undefined || budgetId === undefined) return [];
    const { percent, usedPercent, spentMicros, amountMicros, period } = details;
    const agentId = parseId(details.agentId, "agt");
    return [
      {
        ...{ ...occurrenceOf(event), kind: "budget_exceeded", step: percent, agentId },
        key: `budget:${budgetId}:${period}`,
        // An agent's budget is called as the agent.
        subject: { type: "budget", id: budgetId, name: event.resource.name },
        facts: {
          ...{ budgetId, percent, usedPercent, spentMicros, amountMicros, period },
          ...(agentId !== undefined && { agentId }),
          ...(agentId !== undefined && event.resource.name !== null && { agentName: event.resource.name }),
        },
      },
    ];
  },
};
