import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AlertAction } from "#app/domain/alerts/alert-schema.ts";
import { readAlert } from "#app/domain/alerts/read-alert.server.ts";
import { takeAlertAction } from "#app/domain/alerts/take-alert-action.server.ts";
import type { Actor } from "#app/domain/auth/actor.ts";
import { createApiKey } from "#app/domain/auth/create-api-key.server.ts";
import { platformAdminScopes } from "#app/domain/auth/scopes.ts";
import { addAllowlistEdge } from "#app/domain/messaging/add-allowlist-edge.server.ts";
import { createAgent } from "#app/domain/messaging/create-agent.server.ts";
import type { AgentId, AlertId, ApiKeyId } from "#db/ids.ts";
import { addMember, type MemberFixture } from "../../setup/add-member.ts";
import { createTestDatabase, type TestDatabase } from "../../setup/database.ts";
import { aRequest, createTenantFixture, type TenantFixture } from "../../setup/tenant-fixture.ts";
import { plantAlert } from "./an-alert.ts";

let database: TestDatabase;
let tenant: TenantFixture;
let other: TenantFixture;
let agentId: AgentId;
let recipientId: AgentId;
let keyId: ApiKeyId;
let person: MemberFixture;
let alertId: AlertId;
const forgotten: ApiKeyId[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  tenant = await createTenantFixture(database.db);
  other = await createTenantFixture(database.db);
});
afterAll(() => database.drop());

/** An alert that is about one of everything. */
beforeEach(async () => {
  forgotten.length = 0;
  const { db } = database;
  const agent = async (name: string) =>
    (await createAgent(db, tenant.admin, { name, modelTier: "haiku", thinkingMode: "off" }, aRequest)).id;
  const suffix = Math.random().toString(36).slice(2, 8);
  [agentId, recipientId] = [await agent(`Planner ${suffix}`), await agent(`Writer ${suffix}`)];
  await addAllowlistEdge(db, tenant.admin, { senderId: agentId, recipientId }, aRequest);
  keyId = (await createApiKey(db, tenant.admin, { name: "main", agentId }, aRequest)).id;
  person = await addMember(db, tenant.admin, "developer", { name: "Dora" });
  alertId = await plantAlert(database.owner, tenant.tenantId, {
    subject: { type: "agent", id: agentId, name: "Planner" },
    facts: { recipientId, keyId, userId: person.actor.id },
  });
});

const take = (action: AlertAction, actor: Actor = tenant.admin, more: object = {}) =>
  takeAlertAction(
    {
      ...{ db: database.db, bus: { publishAlerts: () => undefined } },
      credentials: { forget: (id: ApiKeyId) => void forgotten.push(id) },
    },
    actor,
    { alertId, action, reason: "to be sure", request: aRequest, ...more },
  );
const actionsOf = async (resourceId: string) =>
  (
    await database.owner<{ action: string }[]>`
      select action from audit_events where resource_id = ${resourceId} order by xid, id`
  ).map(({ action }) => action);

describe("what can be done about an alert", () => {
  it("is offered for whom it is about", async () => {
    const { actions } = await readAlert(database.db, tenant.admin, { alertId });
    expect(actions).toMatchObject([
      { action: "pause_agent", targetId: agentId, state: "offered" },
      { action: "revoke_edge", targetId: agentId, recipientId, state: "offered" },
      { action: "revoke_key", targetId: keyId, targetName: "main", state: "offered" },
      { action: "sign_out_user", targetId: person.actor.id, targetName: "Dora", state: "offered" },
    ]);
  });

  it.each([
    ["pause_agent", () => agentId, "agent.paused"],
    ["revoke_edge", () => agentId, "allowlist.edge.removed"],
    ["revoke_key", () => keyId, "api_key.revoked"],
    ["sign_out_user", () => person.actor.credential.id, "auth.session.revoked"],
  ] as const)("%s is done once, with its own event and the alert's", async (action, resource, event) => {
    const first = await take(action);
    expect(first.actions.find((one) => one.action === action)?.state).toBe("done");
    expect(first.entries).toMatchObject([
      {
        ...{ kind: "action", text: "to be sure", actor: { id: tenant.adminId } },
        details: { action },
      },
    ]);
    const second = await take(action);
    expect(second.entries).toHaveLength(1);
    expect((await actionsOf(resource())).filter((one) => one === event)).toHaveLength(1);
    expect(await actionsOf(alertId)).toEqual(["alert.action.taken"]);
    expect(forgotten).toEqual(action === "revoke_key" ? [keyId] : []);
  });

  it.each([
    ["pause_agent", "agents:write"],
    ["revoke_edge", "agents:write"],
    ["revoke_key", "keys:write"],
    ["sign_out_user", "members:write"],
  ] as const)("%s takes the right %s beside alerts:write", async (action, scope) => {
    const without = new Set([...tenant.admin.scopes].filter((one) => one !== scope));
    await expect(take(action, { ...tenant.admin, scopes: without })).rejects.toMatchObject({
      code: "forbidden",
    });
    const onlyIt: Actor = { ...tenant.admin, scopes: new Set(["alerts:read", scope]) };
    await expect(take(action, onlyIt)).rejects.toMatchObject({ code: "forbidden" });
    expect(await actionsOf(alertId)).toEqual([]);
  });

  it("is refused for a target that was not meant", async () => {
    await expect(take("pause_agent", tenant.admin, { targetId: recipientId })).rejects.toMatchObject({
      ...{ code: "invalid_input", errors: [{ path: "targetId" }] },
    });
    const about = await plantAlert(database.owner, tenant.tenantId);
    await expect(take("pause_agent", tenant.admin, { alertId: about })).rejects.toMatchObject({
      code: "conflict",
    });
  });

  it("is nothing of another tenant's, nor for those who administer the service", async () => {
    await expect(take("pause_agent", other.admin)).rejects.toMatchObject({ code: "not_found" });
    const platform: Actor = {
      ...other.admin,
      scopes: new Set([...other.admin.scopes, ...platformAdminScopes]),
    };
    const { actions } = await readAlert(database.db, platform, { alertId, tenantId: tenant.tenantId });
    expect(new Set(actions.map(({ state }) => state))).toEqual(new Set(["forbidden"]));
    await expect(take("pause_agent", platform)).rejects.toMatchObject({ code: "not_found" });
  });

  it("is done once when two do it at once", async () => {
    await Promise.all([take("pause_agent"), take("pause_agent"), take("revoke_key"), take("revoke_key")]);
    expect((await actionsOf(alertId)).length).toBe(2);
  });
});
