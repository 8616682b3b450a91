import { addMonths, boundsOf, periodOf } from "#app/domain/usage/period.ts";
import type { UsageEvent } from "#app/domain/usage/schema.ts";
import { neighbourAgents } from "./neighbour-agents.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** How long the burst of the present month takes, in days; less where the month is not as old. */
const burstDays = 9;

/** The months that are over, the older first: what it has been billed for. */
export const pastMonths = (nowMs: number): [older: string, last: string] => [
  addMonths(periodOf(nowMs), -2),
  addMonths(periodOf(nowMs), -1),
];

/** When the tenant signed up: on the third of the month before the last. */
export const neighbourSince = (nowMs: number): Date => sinceOf(3, nowMs);

/** When an agent was made. */
export const sinceOf = (day: number, nowMs: number): Date =>
  new Date(boundsOf(pastMonths(nowMs)[0]).startMs + (day - 1) * DAY_MS + 9 * HOUR_MS);

/** What one query used: whose, when, and how much. */
export interface HistoricUse {
  name: (typeof neighbourAgents)[number]["name"];
  occurredAtMs: number;
  event: Omit<UsageEvent, "agentId">;
}

/**
 * Two months and what has gone by of a third: on working days a morning and an afternoon, other amounts each
 * day and the same for every demo of a day; in the present month some agents have used up theirs in a few
 * days. Never later than now.
 */
export function neighbourUse(nowMs: number): HistoricUse[] {
  return neighbourAgents.flatMap((agent, n) => {
    const monthMs = boundsOf(periodOf(nowMs)).startMs;
    const uses: HistoricUse[] = [];
    const bursts = "burstTokens" in agent;
    const untilMs = bursts ? monthMs : nowMs;
    const firstMs = Math.floor(sinceOf(agent.sinceDay, nowMs).getTime() / DAY_MS) * DAY_MS + DAY_MS;
    for (let dayMs = firstMs; dayMs < untilMs; dayMs += DAY_MS) {
      const weekday = new Date(dayMs).getUTCDay();
      if (weekday === 0 || weekday === 6) continue;
      for (const [part, hour] of [9, 14].entries()) {
        const occurredAtMs = dayMs + hour * HOUR_MS + n * 7 * 60_000;
        if (occurredAtMs >= untilMs) continue;
        // Between 80 and 120 percent of what is usual.
        const share = 80 + ((Math.floor(dayMs / DAY_MS) * 7 + n * 13 + part * 5) % 41);
        uses.push(usedBy(agent, occurredAtMs, Math.round((agent.dailyTokens * share) / 200)));
      }
    }
    if (bursts) {
      const endMs = Math.min(nowMs, monthMs + burstDays * DAY_MS);
      const parts = 2 * burstDays;
      for (let part = 0; part < parts; part += 1) {
        const tokens =
          Math.floor((agent.burstTokens * (part + 1)) / parts) -
          Math.floor((agent.burstTokens * part) / parts);
        uses.push(usedBy(agent, Math.floor(monthMs + ((endMs - monthMs) * part) / parts), tokens));
      }
    }
    return uses;
  });
}

const models = { haiku: "claude-haiku-4-5", sonnet: "claude-sonnet-4-5", opus: "claude-opus-4-5" } as const;

function usedBy(agent: (typeof neighbourAgents)[number], occurredAtMs: number, tokens: number): HistoricUse {
  const outputTokens = Math.floor(tokens / 8);
  const inputTokens = tokens - outputTokens;
  return {
    name: agent.name,
    occurredAtMs,
    event: {
      ...{ model: models[agent.modelTier], inputTokens, outputTokens },
      cachedTokens: Math.floor(inputTokens / 3),
      thinkingTokens: agent.thinkingMode === "off" ? 0 : Math.floor(outputTokens / 2),
      toolsCalled: [...agent.tools],
      durationMs: 4_000 + Math.floor(tokens / 50),
    },
  };
}
