import { insertTenant } from "#app/domain/auth/create-tenant.server.ts";
import { systemActor } from "#app/domain/auth/system-actor.ts";
import { insertAllowlistEdge } from "#app/domain/messaging/add-allowlist-edge.server.ts";
import { insertAgent } from "#app/domain/messaging/create-agent.server.ts";
import type { Tx } from "#db/database.ts";
import type { AgentId, TenantId } from "#db/ids.ts";
import type { NeighbourCredentials } from "./demo-credentials.server.ts";
import {
  neighbourAdmin,
  neighbourAgents,
  neighbourEdges,
  neighbourTenant,
  neighbourTerms,
} from "./neighbour-agents.ts";
import { neighbourSince, sinceOf } from "./neighbour-history.ts";
import { resetDemoAdmin } from "./reset-demo-admin.server.ts";

/** A password as it is shown once and as it is stored. */
export interface Secret {
  password: string;
  passwordHash: string;
}

/**
 * Makes the silent second tenant, or gives the one that is there (`neighbourId`) a new password. Its
 * agents have no keys, since nobody acts as them.
 */
export async function seedNeighbour(
  tx: Tx,
  neighbourId: TenantId | undefined,
  { password, passwordHash }: Secret,
): Promise<NeighbourCredentials> {
  const admin = { email: neighbourAdmin.email, password };
  if (neighbourId !== undefined) {
    await resetDemoAdmin(tx, systemActor(neighbourId, "seed"), neighbourAdmin.email, passwordHash);
    return { tenantId: neighbourId, admin };
  }
  const nowMs = Date.now();
  const { tenantId } = await insertTenant(tx, {
    ...neighbourTenant,
    admin: { ...neighbourAdmin, passwordHash },
    request: null,
    terms: { ...neighbourTerms, since: neighbourSince(nowMs) },
  });
  const actor = systemActor(tenantId, "seed");
  const ids = new Map<string, AgentId>();
  for (const { name, description, modelTier, thinkingMode, sinceDay } of neighbourAgents) {
    const input = { name, description, modelTier, thinkingMode };
    const { id } = await insertAgent(tx, actor, input, null, sinceOf(sinceDay, nowMs));
    ids.set(name, id);
  }
  for (const [from, to] of neighbourEdges) {
    const senderId = ids.get(from);
    const recipientId = ids.get(to);
    if (senderId === undefined || recipientId === undefined)
      throw new Error(`No edge from ${from} to ${to}: one was not made`);
    await insertAllowlistEdge(tx, actor, { senderId, recipientId }, null);
  }
  return { tenantId, admin };
}
