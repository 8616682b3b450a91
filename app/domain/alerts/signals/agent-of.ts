import { type AgentId, parseId } from "#db/ids.ts";
import type { AlertFacts } from "../facts.ts";
import type { AlertingEvent, AlertSubject, Signal } from "../signal.ts";

interface Named {
  id: string | null;
  name: string | null;
}

/** What a signal about an agent has of it. */
export interface AboutAgent extends Pick<Signal, "key" | "agentId"> {
  subject: AlertSubject;
  facts: AlertFacts;
}

/** That the signal is about this agent; undefined where it is none. */
export function aboutAgent({ id, name }: Named): AboutAgent | undefined {
  const agentId: AgentId | undefined = parseId(id, "agt");
  if (agentId === undefined) return undefined;
  return {
    ...{ key: `agent:${agentId}`, agentId },
    subject: { type: "agent", id: agentId, name },
    facts: { agentId, ...(name !== null && { agentName: name }) },
  };
}

/** The agent that did it; undefined where somebody else did. */
export const aboutActor = ({ actor }: AlertingEvent): AboutAgent | undefined =>
  actor.kind === "agent" ? aboutAgent(actor) : undefined;
