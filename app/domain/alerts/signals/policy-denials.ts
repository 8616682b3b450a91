import { parseId } from "#db/ids.ts";
import type { AlertFacts } from "../facts.ts";
import type { AlertingEvent } from "../signal.ts";
import { aboutActor, aboutAgent } from "./agent-of.ts";
import { detailsOf, occurrenceOf } from "./event-details.ts";
import type { SignalSource } from "./signal-source.ts";

/** Sends and tool calls of one agent that were refused: for every agent that tries again and again what it may not. */
export const policyDenials: SignalSource = {
  kind: "policy_denials",
  actions: ["message.blocked", "message.refused", "tool.blocked"],
  signalsOf(event) {
    // A tool call is the agent's whoever asks; a send that was refused is of who tried it, not of who it was to be.
    const agent = event.action === "tool.blocked" ? aboutAgent(event.resource) : aboutActor(event);
    if (agent === undefined) return [];
    const { weight, ...facts } = denialOf(event);
    return [
      {
        ...{ ...occurrenceOf(event), ...agent, kind: "policy_denials", weight },
        facts: { ...agent.facts, ...facts },
      },
    ];
  },
};

function denialOf(event: AlertingEvent): Pick<AlertFacts, "reason" | "tool" | "recipientId"> & {
  weight: number;
} {
  const blocked = detailsOf(event, "message.blocked");
  if (blocked !== undefined) {
    const recipientId = parseId(blocked.recipientId, "agt");
    return { weight: 1, reason: blocked.reason, ...(recipientId !== undefined && { recipientId }) };
  }
  const refused = detailsOf(event, "message.refused");
  if (refused !== undefined) return { weight: Math.max(1, refused.messages ?? 1), reason: refused.reason };
  const tool = detailsOf(event, "tool.blocked");
  return { weight: 1, ...(tool !== undefined && { reason: tool.reason, tool: tool.tool }) };
}
