import type { AgentId } from "#db/ids.ts";
import type { Actor } from "../../auth/actor.ts";
import { AppError } from "../../errors.ts";

/**
 * Who sets money aside for an agent: the agent itself, else whoever may report what agents do.
 * @throws AppError sender_mismatch for another agent's key; forbidden
 */
export function requireSpender(actor: Actor, agentId: AgentId): void {
  if (actor.kind === "agent") {
    if (actor.id === agentId) return;
    throw new AppError("sender_mismatch", "An agent's key reserves for its own agent alone.");
  }
  if (!actor.scopes.has("activity:write"))
    throw new AppError("forbidden", "This needs the right activity:write.", {
      extensions: { scope: "activity:write" },
    });
}
