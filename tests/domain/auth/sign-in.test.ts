import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createPlatformAdmin } from "#app/domain/auth/create-platform-admin.server.ts";
import { createTenant } from "#app/domain/auth/create-tenant.server.ts";
import { type Credentials, createCredentials } from "#app/domain/auth/credentials.server.ts";
import { recheckCredentials } from "#app/domain/auth/recheck-credentials.server.ts";
import { revokeSession } from "#app/domain/auth/revoke-session.server.ts";
import { digestSecret, generateSessionToken } from "#app/domain/auth/secrets.server.ts";
import { type SignInOptions, signIn } from "#app/domain/auth/sign-in.server.ts";
import { SYSTEM_TENANT_ID, toUuid } from "#db/ids.ts";
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

beforeAll(async () => {
  database = await createTestDatabase();
  credentials = createCredentials({ db: database.db, log: silentLog });
  tenant = await createTenantFixture(database.db, credentials);
});
afterAll(async () => {
  await credentials.close();
  await database.drop();
});

const signInAs = (options: Partial<SignInOptions>) =>
  signIn(passwordService(database.db), {
    email: tenant.email,
    password: tenant.password,
    userAgent: null,
    replacedToken: undefined,
    request: aRequest,
    ...options,
  });

const lastEvent = async (action: string) => {
  const [event] = await database.owner`
    select tenant_id, actor_id, resource_id, status, details from audit_events
    where action = ${action} order by xid desc limit 1
  `;
  return event;
};

describe("signing in", () => {
  test("begins a session that resolves to the person, whatever the case of the address", async () => {
    const signedIn = await signInAs({
      email: `  ${tenant.email.toUpperCase()} `,
      userAgent: "x".repeat(900),
    });
    expect(await credentials.resolveSession(signedIn.token)).toEqual({
      kind: "user",
      id: tenant.adminId,
      tenantId: tenant.tenantId,
      membershipId: tenant.admin.membershipId,
      name: "Ada Admin",
      role: "tenant_admin",
      platformAdmin: false,
      scopes: tenant.admin.scopes,
      credential: { kind: "session", id: signedIn.sessionId },
    });
    expect(tenant.admin.scopes.has("keys:write")).toBe(true);
    expect(await lastEvent("auth.login.succeeded")).toMatchObject({
      tenant_id: toUuid(tenant.tenantId),
      actor_id: tenant.adminId,
      resource_id: signedIn.sessionId,
      status: "success",
    });
  });

  test("stores a digest of the token, not the token", async () => {
    const { token, sessionId } = await signInAs({});
    const rows = await database.owner`
      select s.token_hash, s::text as everything from sessions s where id = ${toUuid(sessionId)}
    `;
    expect(rows[0]?.token_hash).toEqual(digestSecret(token));
    expect(rows[0]?.everything).not.toContain(token);
  });

  test("ends the session that the browser came with", async () => {
    const first = await signInAs({});
    const second = await signInAs({ replacedToken: first.token });
    expect(await credentials.resolveSession(first.token)).toBeUndefined();
    expect(await credentials.resolveSession(second.token)).toBeDefined();
    expect(await lastEvent("auth.session.revoked")).toMatchObject({
      resource_id: first.sessionId,
      details: { reason: "rotated" },
    });
  });

  test("with a planted token that is nobody's works as without", async () => {
    for (const replacedToken of [generateSessionToken(), "", "nonsense"])
      expect((await signInAs({ replacedToken })).token).not.toBe(replacedToken);
  });

  test("is refused alike for an unknown person and a wrong password; the audit log tells them apart", async () => {
    const refusals = await Promise.allSettled([
      signInAs({ email: "nobody@example.com" }),
      signInAs({ password: "wrong" }),
    ]);
    const [unknown, wrong] = refusals.map((r) => (r.status === "rejected" ? r.reason : undefined));
    expect(unknown).toMatchObject({ code: "invalid_credentials" });
    expect(wrong.message).toBe(unknown.message);
    const events = await database.owner`
      select tenant_id, actor_id, status, details from audit_events
      where action = 'auth.login.failed' order by actor_id nulls first
    `;
    expect(events).toEqual([
      {
        tenant_id: toUuid(SYSTEM_TENANT_ID),
        actor_id: null,
        status: "failure",
        details: { method: "password", reason: "unknown_user", email: "n…@example.com" },
      },
      {
        tenant_id: toUuid(tenant.tenantId),
        actor_id: tenant.adminId,
        status: "failure",
        details: { method: "password", reason: "wrong_password" },
      },
    ]);
  });

  test("is refused to who is disabled, in no tenant, or in a suspended one, and ends what sessions they had", async () => {
    const other = await createTenantFixture(database.db, credentials);
    const attempt = () => signInAs({ email: other.email, password: other.password });
    const refused = { code: "invalid_credentials" };
    const uuid = toUuid(other.adminId);

    await database.owner`update users set disabled_at = now() where id = ${uuid}`;
    await expect(attempt()).rejects.toMatchObject(refused);
    expect(await credentials.resolveSession(other.token)).toBeUndefined();
    expect(await lastEvent("auth.login.failed")).toMatchObject({ details: { reason: "disabled" } });
    await database.owner`update users set disabled_at = null where id = ${uuid}`;
    expect(await credentials.resolveSession(other.token)).toBeDefined();

    await database.owner`update tenants set status = 'suspended' where id = ${toUuid(other.tenantId)}`;
    await expect(attempt()).rejects.toMatchObject({ code: "tenant_suspended" });
    expect(await credentials.resolveSession(other.token)).toBeUndefined();
    expect(await lastEvent("auth.login.failed")).toMatchObject({
      tenant_id: toUuid(other.tenantId),
      details: { reason: "tenant_suspended" },
    });
    // A stranger who guesses at passwords learns nothing of it.
    await expect(signInAs({ email: other.email, password: "wrong" })).rejects.toMatchObject(refused);
    await database.owner`update tenants set status = 'active' where id = ${toUuid(other.tenantId)}`;

    await database.owner`delete from memberships where user_id = ${uuid}`;
    await expect(attempt()).rejects.toMatchObject(refused);
    expect(await lastEvent("auth.login.failed")).toMatchObject({ details: { reason: "no_membership" } });
    expect(await credentials.resolveSession(other.token)).toBeUndefined();
  });
});

describe("a session", () => {
  test("ends with sign-out, once", async () => {
    const { token } = await signInAs({});
    const actor = await credentials.resolveSession(token);
    if (actor === undefined) throw new Error("no session");
    const before =
      await database.owner`select count(*)::int as n from audit_events where action = 'auth.logout'`;
    await revokeSession(database.db, actor, aRequest);
    await revokeSession(database.db, actor, aRequest);
    expect(await credentials.resolveSession(token)).toBeUndefined();
    const after =
      await database.owner`select count(*)::int as n from audit_events where action = 'auth.logout'`;
    expect(after[0]?.n - before[0]?.n).toBe(1);
  });

  test("ends when it was not used for its time, and use lengthens it, but never past its last day", async () => {
    const { token, sessionId } = await signInAs({});
    const id = toUuid(sessionId);
    await database.owner`
      update sessions set last_used_at = now() - interval '13 days', expires_at = now() + interval '1 day' where id = ${id}
    `;
    expect(await credentials.resolveSession(token)).toBeDefined();
    await credentials.flush();
    const [used] = await database.owner`
      select last_used_at = expires_at - interval '14 days' as is_lengthened, last_used_at > now() - interval '1 minute' as is_noted
      from sessions where id = ${id}
    `;
    expect(used).toEqual({ is_lengthened: true, is_noted: true });

    await database.owner`
      update sessions set created_at = now() - interval '89 days', last_used_at = now() - interval '1 hour' where id = ${id}
    `;
    await credentials.resolveSession(token);
    await credentials.flush();
    const [old] = await database.owner`
      select expires_at = created_at + interval '90 days' as is_capped from sessions where id = ${id}
    `;
    expect(old).toEqual({ is_capped: true });

    await database.owner`update sessions set expires_at = now() where id = ${id}`;
    expect(await credentials.resolveSession(token)).toBeUndefined();
  });

  test("rechecked with others gives what it may do while it holds, and nothing after", async () => {
    const held = await Promise.all([signInAs({}), signInAs({}), signInAs({})]);
    const refs = held.map(({ sessionId, tenantId }) => ({
      kind: "session" as const,
      id: sessionId,
      tenantId,
    }));
    const revoked = refs[1];
    if (revoked === undefined) throw new Error("no session");
    await database.owner`update sessions set revoked_at = now() where id = ${toUuid(revoked.id)}`;
    const elsewhere = { ...revoked, id: tenant.admin.credential.id, tenantId: SYSTEM_TENANT_ID };
    const { scopes } = tenant.admin;
    expect(await recheckCredentials(database.db, [...refs, elsewhere])).toEqual([
      scopes,
      undefined,
      scopes,
      undefined,
    ]);
    expect(await recheckCredentials(database.db, [])).toEqual([]);
  });

  test("token that is malformed or was tampered with resolves to nobody", async () => {
    for (const token of ["", "x", tenant.token.slice(1), `${tenant.token} `, generateSessionToken()])
      expect(await credentials.resolveSession(token)).toBeUndefined();
  });
});

describe("a platform admin", () => {
  test("is made once, at home in the system tenant; a later start leaves the password alone", async () => {
    const { db } = database;
    expect(await createPlatformAdmin(db, { email: "Root@Example.com", password: "first password!" })).toBe(
      true,
    );
    expect(await createPlatformAdmin(db, { email: "root@example.com", password: "other password!" })).toBe(
      false,
    );
    const { token, tenantId } = await signInAs({ email: "root@example.com", password: "first password!" });
    expect(tenantId).toBe(SYSTEM_TENANT_ID);
    expect(await credentials.resolveSession(token)).toMatchObject({ platformAdmin: true });

    const starts = Array.from({ length: 3 }, () =>
      createPlatformAdmin(db, { email: "second@example.com", password: "first password!" }),
    );
    expect((await Promise.all(starts)).filter(Boolean)).toHaveLength(1);
  });
});

describe("a tenant", () => {
  test("comes with its desk and its admin's mailbox, all recorded", async () => {
    const id = toUuid(tenant.tenantId);
    const kinds = await database.owner`select kind from mailboxes where tenant_id = ${id} order by kind`;
    expect(kinds.map(({ kind }) => kind)).toEqual(["desk", "member"]);
    const events = await database.owner`
      select action from audit_events where tenant_id = ${id} and actor_kind = 'system' order by id
    `;
    expect(events.map(({ action }) => action)).toEqual([
      "tenant.created",
      "user.created",
      "membership.created",
    ]);
  });

  test("is made whole or not at all: a taken address leaves no tenant behind", async () => {
    const admin = { email: tenant.email, name: "Again", password: "some password 1" };
    const again = createTenant(database.db, { name: "Again", slug: "again", admin, request: null });
    await expect(again).rejects.toMatchObject({ code: "conflict" });
    expect(await database.owner`select 1 from tenants where slug = 'again'`).toHaveLength(0);
  });
});
