import { aboutAgent } from "./agent-of.ts";
import { detailsOf, occurrenceOf } from "./event-details.ts";
import type { SignalSource } from "./signal-source.ts";

/** An agent asked for a tool that it may not call, whoever asked for it. */
export const toolPolicyViolation: SignalSource = {
  kind: "tool_policy_violation",
  actions: ["tool.blocked"],
  signalsOf(event) {
    const details = detailsOf(event, "tool.blocked");
    const agent = aboutAgent(event.resource);
    if (details === undefined || agent === undefined) return [];
    const { tool, reason } = details;
    return [
      {
        ...{ ...occurrenceOf(event), ...agent, kind: "tool_policy_violation" },
        facts: { ...agent.facts, tool, reason },
      },
    ];
  },
};
