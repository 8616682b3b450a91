import { matchesPattern } from "./match-pattern.ts";
import type { ToolDecision, ToolPolicy } from "./tool-schema.ts";

/** What decides beside the policy. */
export interface ToolCall {
  toolName: string;
  agentIsPaused: boolean;
  /** What it would be called with; nothing looks at it yet. */
  input?: unknown;
}

/**
 * Whether the agent may call the tool. Of an agent that is paused nothing is allowed; what is denied is
 * denied, whatever allows it; where something is allowed by name, only that is. The one place that knows:
 * a policy engine with more to say takes this one's place.
 */
export function decideToolCall(policy: ToolPolicy, { toolName, agentIsPaused }: ToolCall): ToolDecision {
  if (agentIsPaused) return { allowed: false, reason: "agent_paused", pattern: null };
  const firstOf = (patterns: readonly string[]) =>
    patterns.find((pattern) => matchesPattern(pattern, toolName));
  const denying = firstOf(policy.deny);
  if (denying !== undefined) return { allowed: false, reason: "denied", pattern: denying };
  if (policy.allow.length === 0) return { allowed: true, reason: "not_restricted", pattern: null };
  const allowing = firstOf(policy.allow);
  return allowing === undefined
    ? { allowed: false, reason: "not_allowed", pattern: null }
    : { allowed: true, reason: "allowed", pattern: allowing };
}
