import { and, eq } from "drizzle-orm";
import { insertApiKey } from "#app/domain/auth/create-api-key.server.ts";
import { systemActor } from "#app/domain/auth/system-actor.ts";
import { insertAllowlistEdge } from "#app/domain/messaging/add-allowlist-edge.server.ts";
import type { CreateAgentInput } from "#app/domain/messaging/agent-schema.ts";
import { insertAgent } from "#app/domain/messaging/create-agent.server.ts";
import { changeAgent } from "#app/domain/messaging/update-agent.server.ts";
import type { Tx } from "#db/database.ts";
import type { AgentId, TenantId } from "#db/ids.ts";
import { agents } from "#db/schema/index.ts";
import { demoKeyName } from "./demo-agents.ts";
import type { DemoCredentials } from "./demo-credentials.server.ts";

/** An agent that runs as two replicas, which share its mailbox by claims. */
export const poolAgent: CreateAgentInput = {
  name: "Test Rigs",
  description: "Two rigs in the lab. Whichever is free takes the next test run from the shared inbox.",
  modelTier: "haiku",
  thinkingMode: "off",
};

/** Makes the pool beside the demo agents, or gives the one that is there a new key. */
export async function seedPool(
  tx: Tx,
  tenantId: TenantId,
  members: DemoCredentials["agents"],
): Promise<NonNullable<DemoCredentials["pool"]>> {
  const actor = systemActor(tenantId, "seed");
  const [known] = await tx
    .select({ id: agents.id, name: agents.name })
    .from(agents)
    .where(and(eq(agents.tenantId, tenantId), eq(agents.name, poolAgent.name)))
    .limit(1);
  const { id, name } = known ?? (await makePool(tx, tenantId, members));
  const { key } = await insertApiKey(tx, actor, { name: demoKeyName, agentId: id }, null);
  return { id, name, key };
}

async function makePool(
  tx: Tx,
  tenantId: TenantId,
  members: DemoCredentials["agents"],
): Promise<{ id: AgentId; name: string }> {
  const actor = systemActor(tenantId, "seed");
  const made = await insertAgent(tx, actor, poolAgent, null);
  await changeAgent(tx, actor, made.id, { mailboxMode: "claim" }, null);
  for (const engineer of members.filter(({ role }) => role === "engineer")) {
    await insertAllowlistEdge(tx, actor, { senderId: engineer.id, recipientId: made.id }, null);
    await insertAllowlistEdge(tx, actor, { senderId: made.id, recipientId: engineer.id }, null);
  }
  return made;
}
