import type { Logger } from "pino";
import { pause } from "./fleet-client.server.ts";
import type { FleetMember } from "./fleet-members.ts";
import { monthSoFar, monthsTokens, type UsageReport } from "./fleet-month.ts";
import type { Random } from "./fleet-random.ts";
import { toolsOf, usedBy } from "./fleet-usage.ts";

export interface ReportingOptions {
  origin: string;
  agents: readonly FleetMember[];
  keyOf(agent: FleetMember): string | undefined;
  random: Random;
  signal: AbortSignal;
  log: Pick<Logger, "info">;
  /** Between two reports. */
  everyMs?: number;
}

export interface Reporting {
  /** An agent has sent something; some of that took a model's work. */
  worked(agent: FleetMember): void;
  /** Reports what was used, until the signal aborts. */
  run(): Promise<void>;
}

const EVERY_MS = 20_000;
const TIMEOUT_MS = 5_000;
const WORK_CHANCE = 0.3;
/** Far more than the fleet does between two reports. */
const WAITING_MAX = 200;

/** Whether it need not be told again; undefined: nobody takes usage here, and none will. */
export async function reportUsage(
  origin: string,
  key: string,
  events: readonly UsageReport[],
): Promise<boolean | undefined> {
  try {
    const response = await fetch(new URL("/api/usage", origin), {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ events }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    if (response.status === 404) return undefined;
    return response.ok || (response.status < 500 && response.status !== 429);
  } catch {
    return false;
  }
}

/** Each agent reports its own usage with its own key: the month so far when it begins, then its work. */
export function createReporting(options: ReportingOptions): Reporting {
  const { origin, agents, keyOf, random, signal, log, everyMs = EVERY_MS } = options;
  const waiting = new Map<string, UsageReport[]>();
  let worked = 0;
  const started = Date.now().toString(36);

  function tellMonth(): void {
    const seen = new Map<string, number>();
    for (const agent of agents) {
      const nth = seen.get(agent.role) ?? 0;
      seen.set(agent.role, nth + 1);
      waiting.set(agent.id, monthSoFar(agent, monthsTokens(agent.role, nth), random, Date.now()));
    }
  }

  return {
    worked(agent) {
      const own = waiting.get(agent.id) ?? [];
      if (own.length >= WAITING_MAX || !random.chance(WORK_CHANCE)) return;
      worked += 1;
      waiting.set(agent.id, [
        ...own,
        {
          agentId: agent.id,
          ...usedBy(agent.role, random.between(250, 900), random),
          toolsCalled: toolsOf[agent.role].filter(() => random.chance(0.4)),
          occurredAt: new Date().toISOString(),
          idempotencyKey: `work:${started}:${worked}`,
        },
      ]);
    },
    async run() {
      tellMonth();
      while (!signal.aborted) {
        for (const agent of agents) {
          const events = waiting.get(agent.id) ?? [];
          if (events.length === 0 || signal.aborted) continue;
          const key = keyOf(agent);
          const isTaken = key === undefined || (await reportUsage(origin, key, events));
          if (isTaken === undefined) return log.info("Usage is not taken here; the demo fleet reports none.");
          // What came meanwhile stays.
          if (isTaken) waiting.set(agent.id, (waiting.get(agent.id) ?? []).slice(events.length));
        }
        await pause(everyMs, signal);
      }
    },
  };
}
