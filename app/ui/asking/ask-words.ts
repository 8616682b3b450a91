import type { AgentView } from "#app/domain/messaging/agent-schema.ts";
import { agentPath } from "../agents/agent-words.ts";

export const askAnchor = "ask";
/** An agent's page, with the cursor where a question is written. */
export const askPath = (agentId: string): string => `${agentPath(agentId)}#${askAnchor}`;

export const timeouts = [
  { seconds: 30, label: "30 seconds" },
  { seconds: 60, label: "1 minute" },
  { seconds: 300, label: "5 minutes" },
] as const;

export type Askable = Pick<AgentView, "id" | "name" | "status">;

/** "840 ms", "3.2 s", "1 min 20 s". */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
}

const dollars = new Intl.NumberFormat("en-US", {
  style: "currency",
  currency: "USD",
  maximumFractionDigits: 4,
});

/** Micro-dollars of what costs less than a cent, as an answer does: 8_700 → "$0.0087". */
export const formatCost = (micros: number): string =>
  micros > 0 && micros < 50 ? "< $0.0001" : dollars.format(micros / 1_000_000);
