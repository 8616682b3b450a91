import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { insertMembership } from "#app/domain/auth/create-tenant.server.ts";
import { type Credentials, createCredentials } from "#app/domain/auth/credentials.server.ts";
import { type EndSessionsOptions, endSessions } from "#app/domain/auth/end-sessions.server.ts";
import { signIn } from "#app/domain/auth/sign-in.server.ts";
import { systemActor } from "#app/domain/auth/system-actor.ts";
import { type TenantId, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import {
  aRequest,
  createTenantFixture,
  passwordService,
  silentLog,
  type TenantFixture,
} from "#tests/setup/tenant-fixture.ts";

let database: TestDatabase;
let credentials: Credentials;
let tenant: TenantFixture;
let second: TenantFixture;

beforeAll(async () => {
  database = await createTestDatabase();
  credentials = createCredentials({ db: database.db, log: silentLog });
});
beforeEach(async () => {
  tenant = await createTenantFixture(database.db, credentials);
  second = await createTenantFixture(database.db, credentials);
  await database.db.asSystem((tx) =>
    insertMembership(tx, systemActor(second.tenantId, "test"), {
      userId: tenant.adminId,
      role: "member",
      request: null,
    }),
  );
});
afterAll(async () => {
  await credentials.close();
  await database.drop();
});

const signInTo = (tenantId: TenantId) =>
  signIn(passwordService(database.db), {
    email: tenant.email,
    password: tenant.password,
    tenantId,
    userAgent: null,
    replacedToken: undefined,
    request: aRequest,
  });

const end = (options: Partial<EndSessionsOptions>) =>
  database.db.asSystem((tx) =>
    endSessions(tx, {
      userId: tenant.adminId,
      tenantId: undefined,
      reason: "revoked",
      actor: tenant.admin,
      request: aRequest,
      ...options,
    }),
  );

const holds = async (token: string) => (await credentials.resolveSession(token)) !== undefined;

test("ends a person's sessions in one tenant and leaves those in others and of others", async () => {
  const [here, there] = [await signInTo(tenant.tenantId), await signInTo(second.tenantId)];
  expect(there.tenantId).toBe(second.tenantId);
  expect(await end({ tenantId: tenant.tenantId })).toBe(2);
  expect(await holds(here.token)).toBe(false);
  expect(await holds(tenant.token)).toBe(false);
  expect(await holds(there.token)).toBe(true);
  expect(await holds(second.token)).toBe(true);
});

test("ends them in every tenant, each recorded in its own with the reason, and again ends none", async () => {
  const there = await signInTo(second.tenantId);
  expect(await end({ reason: "password_changed" })).toBe(2);
  expect(await holds(there.token)).toBe(false);
  expect(await end({ reason: "password_changed" })).toBe(0);
  const events = await database.owner`
    select tenant_id, actor_id, resource_id, details from audit_events
    where action = 'auth.session.revoked' and actor_id = ${tenant.adminId} order by id
  `;
  const details = { reason: "password_changed", userId: tenant.adminId };
  const actor_id = tenant.adminId;
  expect(events).toEqual([
    { tenant_id: toUuid(tenant.tenantId), actor_id, resource_id: tenant.admin.credential.id, details },
    { tenant_id: toUuid(second.tenantId), actor_id, resource_id: there.sessionId, details },
  ]);
});

test("ends all but one, or one alone", async () => {
  const [kept, other] = [await signInTo(tenant.tenantId), await signInTo(tenant.tenantId)];
  expect(await end({ tenantId: tenant.tenantId, only: other.sessionId })).toBe(1);
  expect(await holds(other.token)).toBe(false);
  expect(await holds(tenant.token)).toBe(true);
  expect(await end({ except: kept.sessionId })).toBe(1);
  expect(await holds(tenant.token)).toBe(false);
  expect(await holds(kept.token)).toBe(true);
});

test("works on a tenant's own transaction, which reaches no other tenant's sessions", async () => {
  const there = await signInTo(second.tenantId);
  const ended = await database.db.asTenant(tenant.tenantId, (tx) =>
    endSessions(tx, {
      userId: tenant.adminId,
      tenantId: undefined,
      reason: "membership_ended",
      actor: tenant.admin,
      request: aRequest,
    }),
  );
  expect(ended).toBe(1);
  expect(await holds(there.token)).toBe(true);
});

test("is undone with the transaction that it was part of", async () => {
  const failing = database.db.asSystem(async (tx) => {
    await endSessions(tx, {
      userId: tenant.adminId,
      tenantId: undefined,
      reason: "revoked",
      actor: tenant.admin,
      request: aRequest,
    });
    throw new Error("later");
  });
  await expect(failing).rejects.toThrow("later");
  expect(await holds(tenant.token)).toBe(true);
});

test("a person signs in to the tenant that is asked for, and to none that is not theirs", async () => {
  const foreign = await createTenantFixture(database.db, credentials);
  await expect(signInTo(foreign.tenantId)).rejects.toMatchObject({ code: "invalid_credentials" });
  const [event] = await database.owner`
    select tenant_id, details from audit_events where action = 'auth.login.failed' order by xid desc limit 1
  `;
  expect(event).toEqual({
    tenant_id: toUuid(tenant.tenantId),
    details: { method: "password", reason: "no_membership" },
  });
});
