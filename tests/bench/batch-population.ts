import { randomUUID } from "node:crypto";
import type postgres from "postgres";
import { newUuid } from "#db/ids.ts";
import { uuidOfClient } from "./pgbench-script.ts";
import { type BenchKey, insertAgents, insertEdges, insertKeys, insertTenant } from "./population.ts";

export const recipientsEach = 10;

export interface BatchSender extends BenchKey {
  /** Uuids of the agents to whom this one may send. */
  recipients: string[];
}

export interface BatchPopulation {
  tenantUuid: string;
  senders: BatchSender[];
  /** The first sender's ids, and its recipients', as templates of every sender's (`uuidOfClient`). */
  templates: Map<string, string>;
}

/**
 * A tenant whose senders have ten recipients each and share none, so that what waits is the disk and
 * not a lock. Their ids follow a pattern that pgbench can follow too; `number` keeps those of two
 * populations apart.
 */
export async function createBatchPopulation(
  owner: postgres.Sql,
  count: number,
  number: number,
): Promise<BatchPopulation> {
  const tenantUuid = newUuid();
  const templateOf = (agent: number) =>
    `0f00000${number}-${String(agent).padStart(4, "0")}-{{c}}-8000-000000000000`;
  const templates = Array.from({ length: recipientsEach + 1 }, (_, agent) => templateOf(agent));
  const uuidsOf = (client: number) => templates.map((template) => uuidOfClient(template, client));
  const senders = await owner.begin(async (sql) => {
    await insertTenant(sql, tenantUuid, `bench-${randomUUID()}`);
    const all = Array.from({ length: count }, (_, client) => uuidsOf(client));
    await insertAgents(sql, tenantUuid, all.flat());
    await insertEdges(
      sql,
      tenantUuid,
      all.flatMap(([sender = "", ...recipients]) =>
        recipients.map((recipient) => [sender, recipient] as const),
      ),
    );
    const keys = await insertKeys(
      sql,
      tenantUuid,
      all.map(([sender = ""]) => sender),
    );
    return keys.map((key, client) => ({ ...key, recipients: all[client]?.slice(1) ?? [] }));
  });
  await owner`analyze`;
  const first = uuidsOf(0);
  return { tenantUuid, senders, templates: new Map(first.map((uuid, n) => [uuid, templates[n] ?? uuid])) };
}
