import { recordAudit } from "#app/domain/audit/record-audit.server.ts";
import type { UserActor } from "#app/domain/auth/actor.ts";
import type { Database } from "#db/database.ts";

interface SlowWriters {
  writers: number;
  transactions: number;
  maxOpenMs?: number;
  /** What the reasons of its events begin with: tells them from what was held back before. */
  name?: string;
}

/**
 * Writers side by side, each recording events in transactions of its own that stay open for a random
 * while, so that ids, times and transaction ids do not follow the order of commits.
 */
export async function writeSlowly(
  db: Database,
  actor: UserActor,
  { writers, transactions, maxOpenMs = 40, name = "" }: SlowWriters,
): Promise<string[]> {
  const written: string[] = [];
  const write = async (writer: number): Promise<void> => {
    for (let n = 0; n < transactions; n += 1) {
      const reasons = [`${name}${writer}-${n}-a`, `${name}${writer}-${n}-b`];
      await db.asTenant(actor.tenantId, async (tx) => {
        for (const reason of reasons) {
          await recordAudit(tx, {
            tenantId: actor.tenantId,
            actor,
            action: "agent.paused",
            resource: { id: "agt_slow" },
            request: null,
            details: { reason },
          });
          await tx.execute(`select pg_sleep(${(Math.random() * maxOpenMs) / 2_000})`);
        }
      });
      written.push(...reasons);
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
  return written.sort();
}
