import type { FleetRole } from "./fleet-members.ts";
import type { Random } from "./fleet-random.ts";

/** What an answer or a piece of work has used, in the words of `data_response.usage` and of `POST /api/usage`. */
export interface Used {
  model: string;
  provider: string;
  inputTokens: number;
  outputTokens: number;
  cachedTokens: number;
  thinkingTokens: number;
  durationMs: number;
  costMicros: number;
}

interface Model {
  name: string;
  /** US cents a million tokens. */
  input: number;
  cached: number;
  output: number;
}

const opus: Model = { name: "claude-opus-4-5", input: 500, cached: 50, output: 2_500 };
const sonnet: Model = { name: "claude-sonnet-4-5", input: 300, cached: 30, output: 1_500 };
const haiku: Model = { name: "claude-haiku-4-5", input: 100, cached: 10, output: 500 };

/** The models that the demo agents run on. */
const modelOf: Record<FleetRole, Model> = {
  planner: opus,
  engineer: sonnet,
  reviewer: opus,
  analyst: sonnet,
  support: haiku,
};

/** Of so many tokens in all, as such work divides them: most are read, most of those from a cache. */
export function usedBy(role: FleetRole, tokens: number, random: Random): Used {
  const model = modelOf[role];
  const outputTokens = Math.max(1, Math.round(tokens * random.between(0.12, 0.24)));
  const inputTokens = Math.max(1, Math.round(tokens) - outputTokens);
  const cachedTokens = Math.round(inputTokens * random.between(0.45, 0.7));
  const thinkingTokens = model === haiku ? 0 : Math.round(outputTokens * random.between(0.2, 0.4));
  const cents =
    (inputTokens - cachedTokens) * model.input + cachedTokens * model.cached + outputTokens * model.output;
  return {
    ...{ model: model.name, provider: "anthropic" },
    ...{ inputTokens, outputTokens, cachedTokens, thinkingTokens },
    durationMs: Math.round(400 + outputTokens * random.between(8, 14)),
    // Cents a million tokens are a hundredth of a micro-dollar each.
    costMicros: Math.round(cents / 100),
  };
}

/** What each role works with. */
export const toolsOf: Record<FleetRole, readonly string[]> = {
  planner: ["calendar.week", "tickets.search"],
  engineer: ["repo.search", "ci.runs"],
  reviewer: ["git.diff", "ci.runs"],
  analyst: ["telemetry.query", "chart.render"],
  support: ["crm.lookup"],
};
