import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { and, eq } from "drizzle-orm";
import type { SystemActor } from "#app/domain/auth/actor.ts";
import { systemActor } from "#app/domain/auth/system-actor.ts";
import { insertAllowlistEdge } from "#app/domain/messaging/add-allowlist-edge.server.ts";
import type { CreateAgentInput } from "#app/domain/messaging/agent-schema.ts";
import { insertAgent } from "#app/domain/messaging/create-agent.server.ts";
import { drainEndpoint } from "#app/domain/messaging/push/drain-endpoint.server.ts";
import type { PushServices } from "#app/domain/messaging/push/push-services.server.ts";
import { putEndpoint } from "#app/domain/messaging/push/put-endpoint.server.ts";
import { findEndpointAndAttempts } from "#app/domain/messaging/push/read-endpoint.server.ts";
import { maxAttempts } from "#app/domain/outbound/retry-schedule.ts";
import type { Database } from "#db/database.ts";
import { type AgentId, type TenantId, toUuid } from "#db/ids.ts";
import { agents } from "#db/schema/index.ts";
import type { DemoCredentials } from "./demo-credentials.server.ts";
import { sendMessage } from "./fleet-client.server.ts";
import type { FleetReceiver } from "./fleet-receiver.server.ts";

/** Its endpoint answers 500 to everything: what is sent to it is tried, backs off and ends as a dead letter. */
export const dockGateway: CreateAgentInput = {
  name: "Dock Gateway",
  description: "Announces pickups to the warehouse's dock system, which is down at the moment.",
  modelTier: "haiku",
  thinkingMode: "off",
};

export interface DemoEndpointsOptions {
  db: Database;
  push: PushServices;
  demo: DemoCredentials;
  receiver: FleetReceiver;
  /** Where the service answers. */
  origin: string;
}

/**
 * Gives the demo its two endpoints: one that works, the analyst's, and one that fails. On the first
 * start a message to the failing one is tried to the end at once, so that there is a dead letter to
 * look at, and another is left to the real schedule. On later starts the endpoints that are still the
 * demo's get the receiver's new address; what people have changed or removed stays so.
 * @returns the agents whose messages come to the receiver
 */
export async function setUpDemoEndpoints(options: DemoEndpointsOptions): Promise<Set<string>> {
  const { db, push, demo, receiver } = options;
  const actor = systemActor(demo.tenantId, "seed");
  const analyst = demo.agents.find(({ role }) => role === "analyst");
  const planner = demo.agents.find(({ role }) => role === "planner");
  const known = await findDock(db, demo.tenantId);
  const isFirst = known === undefined;
  const dockId = known ?? (planner && (await makeDock(db, actor, planner.id)));
  const pushed = new Set<string>();
  if (analyst !== undefined && (isFirst || (await isDemoEndpoint(db, actor, analyst.id, "/analyst")))) {
    const change = { actor, agentId: analyst.id, request: null };
    // The port is another one at each start, so the URL is new and comes with a secret.
    const { endpoint } = await putEndpoint(db, push, { ...change, url: receiver.agentUrl });
    if (endpoint.secret !== undefined) receiver.setSecret(endpoint.secret);
    pushed.add(analyst.id);
  }
  if (dockId !== undefined && (isFirst || (await isDemoEndpoint(db, actor, dockId, "/dock")))) {
    await putEndpoint(db, push, { actor, agentId: dockId, request: null, url: receiver.brokenUrl });
    if (isFirst && planner !== undefined) await makeDeadLetter(options, planner, dockId);
  }
  return pushed;
}

async function findDock(db: Database, tenantId: TenantId): Promise<AgentId | undefined> {
  const [dock] = await db.asTenant(tenantId, (tx) =>
    tx
      .select({ id: agents.id })
      .from(agents)
      .where(and(eq(agents.tenantId, tenantId), eq(agents.name, dockGateway.name)))
      .limit(1),
  );
  return dock?.id;
}

const makeDock = (db: Database, actor: SystemActor, plannerId: AgentId): Promise<AgentId> =>
  db.asTenant(actor.tenantId, async (tx) => {
    const { id } = await insertAgent(tx, actor, dockGateway, null);
    await insertAllowlistEdge(tx, actor, { senderId: plannerId, recipientId: id }, null);
    return id;
  });

async function isDemoEndpoint(
  db: Database,
  actor: SystemActor,
  agentId: AgentId,
  path: string,
): Promise<boolean> {
  const found = await findEndpointAndAttempts(db, actor, agentId);
  if (found === null || found.endpoint.health === "unused") return false;
  const { hostname, pathname } = new URL(found.endpoint.url);
  return hostname === "127.0.0.1" && pathname === path;
}

/** Real attempts against the real answer, with the waits between them left out. */
async function makeDeadLetter(
  { db, push, demo, origin }: DemoEndpointsOptions,
  planner: DemoCredentials["agents"][number],
  dockId: AgentId,
): Promise<void> {
  const announce = (taskId: string, description: string) =>
    sendMessage(
      origin,
      planner.key,
      {
        from: planner,
        to: dockId,
        type: "task_handoff",
        payload: { taskId, description, priority: "high" },
        thinkMs: 0,
      },
      randomUUID(),
    );
  const { tenantId } = demo;
  await announce("DK-101", "Announce the pickup of pallets 12 to 18 for tonight");
  // The worker makes some of the attempts, and while it does the endpoint is not to be had.
  for (let round = 0; round < 10 * maxAttempts; round++) {
    const [endpoint] = await db.withSql(
      (sql) => sql<{ given_up: number }[]>`
        update endpoints set next_attempt_at = null
        where tenant_id = ${toUuid(tenantId)} and agent_id = ${toUuid(dockId)}
        returning given_up`,
    );
    if (endpoint === undefined || endpoint.given_up > 0) break;
    const attempts = await drainEndpoint({ db, services: push, tenantId, agentId: dockId });
    if (attempts === 0) await delay(20);
  }
  await announce("DK-102", "Announce the pickup of the spare grippers for Monday morning");
}
