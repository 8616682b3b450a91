import type { FleetRole } from "./fleet-members.ts";
import type { Random } from "./fleet-random.ts";
import { toolsOf, type Used, usedBy } from "./fleet-usage.ts";

/** One event of `POST /api/usage`. */
export interface UsageReport extends Used {
  agentId: string;
  toolsCalled: string[];
  occurredAt: string;
  idempotencyKey: string;
}

/** Tokens a month of the tier that a role runs on. */
const quotaOf: Record<FleetRole, number> = {
  planner: 5_000_000,
  engineer: 10_000_000,
  reviewer: 5_000_000,
  analyst: 10_000_000,
  support: 20_000_000,
};

/** How much of its quota each has used, so that every state there is can be seen: limited, warned, and well within. */
const shares: Record<FleetRole, readonly number[]> = {
  planner: [0.34],
  engineer: [0.58, 0.86],
  reviewer: [1.07],
  analyst: [0.47],
  support: [0.21],
};

/** `nth` of its role. */
export const monthsTokens = (role: FleetRole, nth: number): number =>
  Math.round(quotaOf[role] * (shares[role][nth] ?? 0.4));

const EVENTS = 60;
const DAY_MS = 86_400_000;

/**
 * What an agent has used in the month so far, told as if it had been reported all along. Its keys are the
 * same whenever it is told again in that month, so that it counts once.
 */
export function monthSoFar(
  agent: { id: string; role: FleetRole },
  tokens: number,
  random: Random,
  nowMs: number,
): UsageReport[] {
  const now = new Date(nowMs);
  const startMs = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1);
  const month = now.toISOString().slice(0, 7);
  const times = Array.from({ length: EVENTS }, (_, n) => workingTime(startMs, nowMs, (n + 0.5) / EVENTS));
  const weights = times.map((atMs) => random.between(0.6, 1.4) * (isWeekend(atMs) ? 0.3 : 1));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  return times.map((atMs, n) => ({
    agentId: agent.id,
    ...usedBy(agent.role, (tokens * (weights[n] ?? 0)) / whole, random),
    toolsCalled: [...toolsOf[agent.role]],
    occurredAt: new Date(atMs).toISOString(),
    idempotencyKey: `demo:${month}:${n}`,
  }));
}

/** Between eight and five on a day that is this far into the time; on the first day, whenever it is. */
function workingTime(startMs: number, nowMs: number, share: number): number {
  const atMs = startMs + share * (nowMs - startMs);
  const day = Math.floor(atMs / DAY_MS) * DAY_MS;
  const working = day + 8 * 3_600_000 + ((atMs - day) * 9) / 24;
  return Math.min(Math.max(working, startMs), nowMs);
}

const isWeekend = (atMs: number): boolean => [0, 6].includes(new Date(atMs).getUTCDay());
