import { commitInParts } from "#app/domain/commit-in-parts.server.ts";
import { isBusy } from "#app/domain/database-errors.ts";
import { AppError } from "#app/domain/errors.ts";
import type { Database } from "#db/database.ts";
import type { Log } from "#db/log.ts";
import { meterEvents } from "./meter-events.server.ts";
import type { MeteredEvent } from "./metered-event.ts";
import type { PreparedUsage, SettledUsage } from "./prepared-usage.ts";
import { agentKey } from "./read-terms.server.ts";

export interface CommittedUsageBatch {
  settled: Map<PreparedUsage, SettledUsage>;
  /** What was counted. */
  metered: MeteredEvent[];
  /** That were tried for it. */
  transactions: number;
}

/** Commits a batch and gives every event its own answer. One that the database refuses fails alone. Never rejects. */
export async function commitUsage(
  services: { db: Database; log: Pick<Log, "warn" | "error">; lookUpDelayMs?: number },
  batch: readonly PreparedUsage[],
): Promise<CommittedUsageBatch> {
  const { parts, transactions } = await commitInParts(
    {
      ...services,
      what: "usage events",
      commit: meterEvents,
      wroteNothing: ({ metered }) => metered.length === 0,
      isThere: async (sql, { metered: [first] }) => {
        const found = await sql`
          select 1 from usage_events
          where tenant_id = ${first?.usage.call.tenantUuid ?? null} and id = ${first?.usage.eventUuid ?? null}
        `;
        return found.length > 0;
      },
      byLock: byAgent,
    },
    batch,
  );
  const done: CommittedUsageBatch = { settled: new Map(), metered: [], transactions };
  for (const part of parts) {
    if ("error" in part) {
      const error = shownError(part.error);
      for (const one of part.batch) done.settled.set(one, { kind: "failed", error });
      continue;
    }
    for (const [n, one] of part.batch.entries())
      done.settled.set(one, part.committed.outcomes[n] ?? { kind: "failed", error: new Error("no outcome") });
    for (const one of part.committed.metered) done.metered.push(one);
  }
  return done;
}

/** By the agent whose month each locks. */
function byAgent(batch: readonly PreparedUsage[]): readonly PreparedUsage[][] {
  const parts = new Map<string, PreparedUsage[]>();
  for (const one of batch) {
    const part = parts.get(agentKey(one));
    if (part === undefined) parts.set(agentKey(one), [one]);
    else part.push(one);
  }
  return [...parts.values()];
}

const shownError = (error: unknown): unknown =>
  isBusy(error)
    ? new AppError("overloaded", "The usage could not be stored in time. Send it again.", {
        cause: error,
        retryAfterSeconds: 1,
      })
    : error;
