import { and, asc, desc, eq, inArray, isNull, sql } from "drizzle-orm";
import type { Logger } from "pino";
import { recordAudit } from "#app/domain/audit/record-audit.server.ts";
import type { SystemActor } from "#app/domain/auth/actor.ts";
import { insertApiKey } from "#app/domain/auth/create-api-key.server.ts";
import { insertTenant } from "#app/domain/auth/create-tenant.server.ts";
import { hashPassword } from "#app/domain/auth/password.server.ts";
import { systemActor } from "#app/domain/auth/system-actor.ts";
import { insertAllowlistEdge } from "#app/domain/messaging/add-allowlist-edge.server.ts";
import { insertAgent } from "#app/domain/messaging/create-agent.server.ts";
import { changeAgent } from "#app/domain/messaging/update-agent.server.ts";
import type { Database, Tx } from "#db/database.ts";
import type { TenantId } from "#db/ids.ts";
import { agents, apiKeys, tenants } from "#db/schema/index.ts";
import {
  demoAdmin,
  demoAgents,
  demoKeyName,
  demoTenant,
  retiredAgent,
  retiredReason,
} from "./demo-agents.ts";
import {
  type DemoCredentials,
  generatePassword,
  keepDemoCredentials,
  readDemoCredentials,
} from "./demo-credentials.server.ts";
import { fleetEdges } from "./fleet-members.ts";
import { neighbourTenant } from "./neighbour-agents.ts";
import { resetDemoAdmin } from "./reset-demo-admin.server.ts";
import { type Secret, seedNeighbour } from "./seed-neighbour.server.ts";
import { seedNeighbourHistory } from "./seed-neighbour-history.server.ts";
import { seedDeveloper, seedOperator, seedPlatformAdmin } from "./seed-people.server.ts";
import { seedPool } from "./seed-pool.server.ts";

export interface SeedDemoOptions {
  db: Database;
  dataDir: string;
  log: Pick<Logger, "info" | "warn">;
}

/**
 * Makes the demo tenant and its silent neighbour on an empty database and keeps their random
 * credentials in the data folder; gives them back on every later start. A neighbour that is missing
 * beside the demo is made then. Undefined when the database has other tenants and no demo.
 *
 * The file is written inside the transaction, after the rows and before the commit: killed at any
 * moment, the next start finds either no tenant (and seeds again, over the file) or both. Where the
 * file was lost, new credentials are issued and the old ones end.
 */
export async function seedDemo({ db, dataDir, log }: SeedDemoOptions): Promise<DemoCredentials | undefined> {
  const kept = await readDemoCredentials(dataDir);
  const { demoId, neighbourId, isEmpty } = await findDemo(db);
  if (demoId === undefined && !isEmpty) return undefined;
  const keptDemo = kept?.tenantId === demoId ? kept : undefined;
  const keptNeighbour = kept?.neighbour?.tenantId === neighbourId ? kept?.neighbour : undefined;
  if (keptDemo !== undefined && keptNeighbour !== undefined && isComplete(keptDemo))
    return keptNeighbour.hasHistory ? kept : withHistory({ db, dataDir, credentials: keptDemo });

  // Before the transaction: hashing takes longer than all of it.
  const [forDemo, forOperator, forDeveloper, forPlatformAdmin, forNeighbour] = await Promise.all([
    generateSecret(),
    generateSecret(),
    generateSecret(),
    generateSecret(),
    generateSecret(),
  ]);
  const credentials = await db.asSystem(async (tx) => {
    const demo = keptDemo ?? (await makeDemo(tx, demoId, forDemo));
    const { tenantId } = demo;
    const neighbour = keptNeighbour ?? (await seedNeighbour(tx, neighbourId, forNeighbour));
    const made = {
      ...demo,
      pool: demo.pool ?? (await seedPool(tx, tenantId, demo.agents)),
      operator: demo.operator ?? (await seedOperator(tx, tenantId, forOperator)),
      developer: demo.developer ?? (await seedDeveloper(tx, tenantId, neighbour.tenantId, forDeveloper)),
      platformAdmin: demo.platformAdmin ?? (await seedPlatformAdmin(tx, forPlatformAdmin)),
      neighbour,
    };
    await keepDemoCredentials(dataDir, made);
    return made;
  });
  if (demoId === undefined) log.info({ tenant: demoTenant.name }, "The demo tenant was made.");
  if (neighbourId === undefined) log.info({ tenant: neighbourTenant.name }, "The demo's neighbour was made.");
  const isDemoReissued = demoId !== undefined && keptDemo === undefined;
  const isNeighbourReissued = neighbourId !== undefined && keptNeighbour === undefined;
  if (isDemoReissued || isNeighbourReissued)
    log.warn("The demo credentials were not in the data folder; new ones were issued.");
  return withHistory({ db, dataDir, credentials });
}

/**
 * Behind the rows, on a transaction of its own: the metering's statements are not Drizzle's. Killed in between,
 * the next start sees by the file that it is missing.
 */
async function withHistory({
  db,
  dataDir,
  credentials,
}: Pick<SeedDemoOptions, "db" | "dataDir"> & { credentials: DemoCredentials }): Promise<DemoCredentials> {
  const { neighbour } = credentials;
  if (neighbour === undefined) return credentials;
  await seedNeighbourHistory(db, neighbour.tenantId, Date.now());
  const whole = { ...credentials, neighbour: { ...neighbour, hasHistory: true } };
  await keepDemoCredentials(dataDir, whole);
  return whole;
}

/** Whether all that a demo has by now is in it: one that is older lacks what came later. */
const isComplete = ({ pool, operator, developer, platformAdmin }: DemoCredentials): boolean =>
  [pool, operator, developer, platformAdmin].every((part) => part !== undefined);

interface FoundDemo {
  demoId: TenantId | undefined;
  neighbourId: TenantId | undefined;
  /** No tenant at all. */
  isEmpty: boolean;
}

async function findDemo(db: Database): Promise<FoundDemo> {
  const slugs = [demoTenant.slug, neighbourTenant.slug];
  const rows = await db.asSystem(
    (tx) =>
      tx
        .select({ id: tenants.id, slug: tenants.slug })
        .from(tenants)
        .where(eq(tenants.isSystem, false))
        // The demo's first, when they are there.
        .orderBy(desc(inArray(tenants.slug, slugs)))
        .limit(slugs.length),
    { readOnly: true },
  );
  const idOf = (wanted: string) => rows.find(({ slug }) => slug === wanted)?.id;
  return {
    demoId: idOf(demoTenant.slug),
    neighbourId: idOf(neighbourTenant.slug),
    isEmpty: rows.length === 0,
  };
}

async function generateSecret(): Promise<Secret> {
  const password = generatePassword();
  return { password, passwordHash: await hashPassword(password) };
}

const makeDemo = (tx: Tx, demoId: TenantId | undefined, secret: Secret): Promise<DemoCredentials> =>
  demoId === undefined ? insertDemo(tx, secret) : reissue(tx, demoId, secret);

async function insertDemo(tx: Tx, { password, passwordHash }: Secret): Promise<DemoCredentials> {
  const { tenantId } = await insertTenant(tx, {
    ...demoTenant,
    admin: { ...demoAdmin, passwordHash },
    request: null,
  });
  const actor = systemActor(tenantId, "seed");
  const made: DemoCredentials["agents"] = [];
  for (const { role, ...input } of demoAgents) {
    const { id, name } = await insertAgent(tx, actor, input, null);
    const { key } = await insertApiKey(tx, actor, { name: demoKeyName, agentId: id }, null);
    made.push({ id, name, role, key });
  }
  for (const [from, to] of fleetEdges) {
    for (const sender of made.filter(({ role }) => role === from))
      for (const recipient of made.filter(({ role, id }) => role === to && id !== sender.id))
        await insertAllowlistEdge(tx, actor, { senderId: sender.id, recipientId: recipient.id }, null);
  }
  const { id, name } = await insertAgent(tx, actor, retiredAgent, null);
  await changeAgent(tx, actor, id, { status: "paused", pausedReason: retiredReason }, null);
  for (const { id: senderId } of made.filter(({ role }) => role === "planner"))
    await insertAllowlistEdge(tx, actor, { senderId, recipientId: id }, null);
  return { tenantId, admin: { email: demoAdmin.email, password }, agents: made, retired: { id, name } };
}

async function reissue(
  tx: Tx,
  tenantId: TenantId,
  { password, passwordHash }: Secret,
): Promise<DemoCredentials> {
  const actor = systemActor(tenantId, "seed");
  await resetDemoAdmin(tx, actor, demoAdmin.email, passwordHash);
  await endDemoKeys(tx, actor);
  // The first agents of the tenant, in the order of their making: people may have renamed them.
  const rows = await tx
    .select({ id: agents.id, name: agents.name })
    .from(agents)
    .where(eq(agents.tenantId, tenantId))
    .orderBy(asc(agents.id))
    .limit(demoAgents.length + 1);
  const made: DemoCredentials["agents"] = [];
  for (const [position, { role }] of demoAgents.entries()) {
    const agent = rows[position];
    if (agent === undefined) continue;
    const { key } = await insertApiKey(tx, actor, { name: demoKeyName, agentId: agent.id }, null);
    made.push({ ...agent, role, key });
  }
  // Older demos have none, so in its place may be an agent that somebody made.
  const last = rows[demoAgents.length];
  const retired = last?.name === retiredAgent.name ? last : undefined;
  return { tenantId, admin: { email: demoAdmin.email, password }, agents: made, retired };
}

async function endDemoKeys(tx: Tx, actor: SystemActor): Promise<void> {
  const ended = await tx
    .update(apiKeys)
    .set({ revokedAt: sql`now()` })
    .where(
      and(eq(apiKeys.tenantId, actor.tenantId), eq(apiKeys.name, demoKeyName), isNull(apiKeys.revokedAt)),
    )
    .returning({ id: apiKeys.id, prefix: apiKeys.prefix, agentId: apiKeys.agentId });
  for (const { id, prefix, agentId } of ended) {
    await recordAudit(tx, {
      tenantId: actor.tenantId,
      actor,
      action: "api_key.revoked",
      resource: { id, name: demoKeyName },
      request: null,
      details: { prefix, agentId },
    });
  }
}
