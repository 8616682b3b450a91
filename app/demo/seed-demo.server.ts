import { and, asc, eq, isNull, sql } from "drizzle-orm";
import type { Logger } from "pino";
import { recordAudit } from "#app/domain/audit/record-audit.server.ts";
import type { SystemActor } from "#app/domain/auth/actor.ts";
import { insertApiKey } from "#app/domain/auth/create-api-key.server.ts";
import { insertTenant } from "#app/domain/auth/create-tenant.server.ts";
import { hashPassword } from "#app/domain/auth/password.server.ts";
import { systemActor } from "#app/domain/auth/system-actor.ts";
import { insertAllowlistEdge } from "#app/domain/messaging/add-allowlist-edge.server.ts";
import { insertAgent } from "#app/domain/messaging/create-agent.server.ts";
import type { Database, Tx } from "#db/database.ts";
import type { TenantId } from "#db/ids.ts";
import { agents, apiKeys, tenants, users } from "#db/schema/index.ts";
import { demoAdmin, demoAgents, demoKeyName, demoTenant } from "./demo-agents.ts";
import {
  type DemoCredentials,
  generatePassword,
  keepDemoCredentials,
  readDemoCredentials,
} from "./demo-credentials.server.ts";
import { fleetEdges } from "./fleet-members.ts";

export interface SeedDemoOptions {
  db: Database;
  dataDir: string;
  log: Pick<Logger, "info" | "warn">;
}

/**
 * Makes the demo tenant on an empty database and keeps its random credentials in the data folder;
 * gives them back on every later start. Undefined when the database has other tenants and no demo.
 *
 * The file is written inside the transaction, after the rows and before the commit: killed at any
 * moment, the next start finds either no tenant (and seeds again, over the file) or both. Where the
 * file was lost, new credentials are issued and the old ones end.
 */
export async function seedDemo({ db, dataDir, log }: SeedDemoOptions): Promise<DemoCredentials | undefined> {
  const kept = await readDemoCredentials(dataDir);
  const found = await findDemo(db);
  if (found.demoId !== undefined && kept?.tenantId === found.demoId) return kept;
  if (found.demoId === undefined && !found.isEmpty) return undefined;

  const password = generatePassword();
  const passwordHash = await hashPassword(password);
  const { demoId } = found;
  const credentials = await db.asSystem(async (tx) => {
    const made =
      demoId === undefined
        ? await insertDemo(tx, password, passwordHash)
        : await reissue(tx, demoId, password, passwordHash);
    await keepDemoCredentials(dataDir, made);
    return made;
  });
  if (demoId === undefined) log.info({ tenant: demoTenant.name }, "The demo tenant was made.");
  else log.warn("The demo credentials were not in the data folder; new ones were issued.");
  return credentials;
}

async function findDemo(db: Database): Promise<{ demoId: TenantId | undefined; isEmpty: boolean }> {
  const rows = await db.asSystem(
    (tx) =>
      tx
        .select({ id: tenants.id, slug: tenants.slug })
        .from(tenants)
        .where(eq(tenants.isSystem, false))
        // The demo first, when it is there.
        .orderBy(sql`${tenants.slug} <> ${demoTenant.slug}`)
        .limit(1),
    { readOnly: true },
  );
  const [first] = rows;
  return { demoId: first?.slug === demoTenant.slug ? first.id : undefined, isEmpty: first === undefined };
}

async function insertDemo(tx: Tx, password: string, passwordHash: string): Promise<DemoCredentials> {
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
  return { tenantId, admin: { email: demoAdmin.email, password }, agents: made };
}

async function reissue(
  tx: Tx,
  tenantId: TenantId,
  password: string,
  passwordHash: string,
): Promise<DemoCredentials> {
  const actor = systemActor(tenantId, "seed");
  await resetAdminPassword(tx, actor, passwordHash);
  await endDemoKeys(tx, actor);
  // The first agents of the tenant, in the order of their making: people may have renamed them.
  const rows = await tx
    .select({ id: agents.id, name: agents.name })
    .from(agents)
    .where(eq(agents.tenantId, tenantId))
    .orderBy(asc(agents.id))
    .limit(demoAgents.length);
  const made: DemoCredentials["agents"] = [];
  for (const [position, { role }] of demoAgents.entries()) {
    const agent = rows[position];
    if (agent === undefined) continue;
    const { key } = await insertApiKey(tx, actor, { name: demoKeyName, agentId: agent.id }, null);
    made.push({ ...agent, role, key });
  }
  return { tenantId, admin: { email: demoAdmin.email, password }, agents: made };
}

async function resetAdminPassword(tx: Tx, actor: SystemActor, passwordHash: string): Promise<void> {
  const [admin] = await tx
    .update(users)
    .set({ passwordHash })
    .where(eq(users.email, demoAdmin.email))
    .returning({ id: users.id, name: users.name });
  if (admin === undefined) throw new Error("The demo tenant's admin is not there");
  await recordAudit(tx, {
    tenantId: actor.tenantId,
    actor,
    action: "user.password.reset",
    resource: admin,
    request: null,
    details: {},
  });
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
