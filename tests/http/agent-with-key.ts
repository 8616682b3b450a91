import { createApiKey } from "#app/domain/auth/create-api-key.server.ts";
import { createAgentSchema } from "#app/domain/messaging/agent-schema.ts";
import { createAgent } from "#app/domain/messaging/create-agent.server.ts";
import type { Database } from "#db/database.ts";
import { aRequest, createTenantFixture } from "../setup/tenant-fixture.ts";

/** An agent of a new tenant, and a key that acts as it. */
export async function createAgentWithKey(db: Database): Promise<{ agentId: string; key: string }> {
  const { admin } = await createTenantFixture(db);
  const agent = await createAgent(
    db,
    admin,
    createAgentSchema.parse({ name: "Lane", modelTier: "haiku" }),
    aRequest,
  );
  const { key } = await createApiKey(db, admin, { name: "lane", agentId: agent.id }, aRequest);
  return { agentId: agent.id, key };
}
