import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "#app/domain/auth/actor.ts";
import { insertMembership } from "#app/domain/auth/create-tenant.server.ts";
import { type Credentials, createCredentials } from "#app/domain/auth/credentials.server.ts";
import { endListedSession, endOtherSessions } from "#app/domain/auth/end-listed-sessions.server.ts";
import { listMembers } from "#app/domain/auth/list-members.server.ts";
import { listOwnTenants } from "#app/domain/auth/list-own-tenants.server.ts";
import { listMemberSessions, listOwnSessions } from "#app/domain/auth/list-sessions.server.ts";
import { signIn } from "#app/domain/auth/sign-in.server.ts";
import { switchTenant } from "#app/domain/auth/switch-tenant.server.ts";
import { newId, type TenantId, toUuid } from "#db/ids.ts";
import { addMember } from "#tests/setup/add-member.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import {
  aRequest,
  createTenantFixture,
  passwordService,
  silentLog,
  type TenantFixture,
} from "#tests/setup/tenant-fixture.ts";

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

let database: TestDatabase;
let credentials: Credentials;
let tenant: TenantFixture;
let other: TenantFixture;

beforeAll(async () => {
  database = await createTestDatabase();
  credentials = createCredentials({ db: database.db, log: silentLog });
});
beforeEach(async () => {
  tenant = await createTenantFixture(database.db, credentials);
  other = await createTenantFixture(database.db, credentials);
  // The admin of the one is a developer in the other.
  await database.db.asSystem((tx) =>
    insertMembership(tx, other.admin, { userId: tenant.adminId, role: "developer", request: null }),
  );
});
afterAll(async () => {
  await credentials.close();
  await database.drop();
});

const signInAgain = (
  { email, password }: { email: string; password: string },
  userAgent: string | null = null,
) =>
  signIn(passwordService(database.db), {
    email,
    password,
    userAgent,
    replacedToken: undefined,
    request: aRequest,
  });
const go = (actor: UserActor, tenantId: TenantId) =>
  switchTenant(database.db, actor, { tenantId, userAgent: firefox }, aRequest);
const resolve = async (token: string): Promise<UserActor> => {
  const actor = await credentials.resolveSession(token);
  if (actor === undefined) throw new Error("The session does not resolve");
  return actor;
};
/** The fixture calls a tenant as the host of its addresses. */
const nameOf = ({ email }: TenantFixture): string => email.replace(/^.*@|\.example$/g, "");
const eventsOf = (tenantId: TenantId, action: string) =>
  database.owner`
    select actor_id, resource_id, details from audit_events
    where tenant_id = ${toUuid(tenantId)} and action = ${action} order by xid, id
  `;

describe("a person's own sessions", () => {
  test("are listed over all their tenants, the last used first, with what they know each by", async () => {
    const phone =
      "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1";
    await signInAgain(tenant, phone);
    const elsewhere = await resolve(
      (await go(await resolve((await signInAgain(tenant)).token), other.tenantId)).token,
    );
    const sessions = await listOwnSessions(database.db, elsewhere, aRequest);
    expect(
      sessions.map(({ tenant: { name }, device, isPhone, isCurrent }) => ({
        name,
        device,
        isPhone,
        isCurrent,
      })),
    ).toEqual([
      { name: nameOf(other), device: "Firefox on Linux", isPhone: false, isCurrent: true },
      { name: nameOf(tenant), device: "Safari on iPhone", isPhone: true, isCurrent: false },
      { name: nameOf(tenant), device: "vitest", isPhone: false, isCurrent: false },
    ]);
    expect(sessions.map(({ isThisNetwork }) => isThisNetwork)).toEqual([true, true, true]);
    const away = await listOwnSessions(database.db, elsewhere, { ipHash: Buffer.alloc(16, 8) });
    expect(away.map(({ isThisNetwork }) => isThisNetwork)).toEqual([false, false, false]);
    expect(JSON.stringify(sessions)).not.toMatch(/hash|Mozilla/i);
  });

  test("are ended one by one, also in another tenant, and all others at once", async () => {
    const second = await signInAgain(tenant);
    const third = await go(await resolve((await signInAgain(tenant)).token), other.tenantId);
    await endListedSession(database.db, tenant.admin, third.id, aRequest);
    expect(await credentials.resolveSession(third.token)).toBeUndefined();
    expect(await eventsOf(other.tenantId, "auth.session.revoked")).toMatchObject([
      {
        resource_id: third.id,
        actor_id: tenant.adminId,
        details: { reason: "revoked", userId: tenant.adminId },
      },
    ]);
    // Once more is no news.
    await endListedSession(database.db, tenant.admin, third.id, aRequest);
    expect(await eventsOf(other.tenantId, "auth.session.revoked")).toHaveLength(1);
    expect(await endOtherSessions(database.db, tenant.admin, aRequest)).toBe(1);
    expect(await credentials.resolveSession(second.token)).toBeUndefined();
    expect(await credentials.resolveSession(tenant.token)).toBeDefined();
  });
});

describe("somebody else's session", () => {
  test("is ended by an admin of its tenant, and by nobody else", async () => {
    const { actor, token } = await addMember(database.db, tenant.admin, "developer", { credentials });
    const colleague = (await addMember(database.db, tenant.admin, "developer", { credentials })).actor;
    for (const stranger of [colleague, other.admin])
      await expect(
        endListedSession(database.db, stranger, actor.credential.id, aRequest),
      ).rejects.toMatchObject({ code: "not_found", message: "There is no such session." });
    await expect(endListedSession(database.db, tenant.admin, newId("ses"), aRequest)).rejects.toMatchObject({
      message: "There is no such session.",
    });
    expect(await credentials.resolveSession(token)).toBeDefined();
    const shown = await listMemberSessions(database.db, tenant.admin, actor.membershipId, aRequest);
    expect(shown).toMatchObject([{ id: actor.credential.id, isCurrent: false, isThisNetwork: null }]);
    await listMemberSessions(database.db, tenant.admin, actor.membershipId, aRequest);
    const looks = await database.owner`
      select actor_id from audit_events
      where action = 'member.sessions.read' and resource_id = ${actor.membershipId}`;
    expect(looks, "once for all looks within a few minutes").toEqual([{ actor_id: tenant.adminId }]);
    await endListedSession(database.db, tenant.admin, actor.credential.id, aRequest);
    expect(await credentials.resolveSession(token)).toBeUndefined();
    expect(await listMemberSessions(database.db, tenant.admin, actor.membershipId, aRequest)).toEqual([]);
  });

  test("is shown to an admin only where it is their tenant's", async () => {
    const [membership] = (await listMembers(database.db, other.admin, { limit: 100 })).members.filter(
      ({ userId }) => userId === tenant.adminId,
    );
    if (membership === undefined) throw new Error("no membership");
    // Signed in to their first tenant only: the second sees nothing of it.
    expect(await listMemberSessions(database.db, other.admin, membership.id, aRequest)).toEqual([]);
    await expect(
      listMemberSessions(database.db, other.admin, tenant.admin.membershipId, aRequest),
    ).rejects.toMatchObject({ code: "not_found" });
    const { actor } = await addMember(database.db, tenant.admin, "developer", { credentials });
    await expect(
      listMemberSessions(database.db, actor, tenant.admin.membershipId, aRequest),
    ).rejects.toMatchObject({
      code: "forbidden",
    });
  });
});

describe("a person of several tenants", () => {
  test("sees which, and which one they are in", async () => {
    const tenants = await listOwnTenants(database.db, tenant.admin);
    expect(tenants.map(({ id, role, isCurrent }) => ({ id, role, isCurrent }))).toEqual(
      [tenant, other]
        .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
        .map((one) =>
          one === tenant
            ? { id: tenant.tenantId, role: "tenant_admin", isCurrent: true }
            : { id: other.tenantId, role: "developer", isCurrent: false },
        ),
    );
    expect(await listOwnTenants(database.db, other.admin)).toHaveLength(1);
  });

  test("switches: the session here ends, one there begins with the role of there, and lasts no longer", async () => {
    await database.owner`
      update sessions set created_at = now() - interval '80 days' where id = ${toUuid(tenant.admin.credential.id)}`;
    const { id, token } = await go(tenant.admin, other.tenantId);
    expect(await credentials.resolveSession(tenant.token)).toBeUndefined();
    const there = await resolve(token);
    expect(there).toMatchObject({ id: tenant.adminId, tenantId: other.tenantId, role: "developer" });
    expect(there.scopes.has("members:write")).toBe(false);
    const [session] = await database.owner`
      select expires_at between now() + interval '9 days' and now() + interval '10 days' as is_bounded
      from sessions where id = ${toUuid(id)}`;
    expect(session).toEqual({ is_bounded: true });
    expect(await eventsOf(other.tenantId, "auth.tenant.switched")).toEqual([
      { actor_id: tenant.adminId, resource_id: id, details: { role: "developer" } },
    ]);
    expect(await eventsOf(tenant.tenantId, "auth.session.revoked")).toMatchObject([
      { resource_id: tenant.admin.credential.id, details: { reason: "rotated" } },
    ]);
  });

  test("cannot switch to where they are no member, to a suspended tenant, or with a session that has ended", async () => {
    const none = { code: "not_found", message: "There is no such organisation." };
    await expect(go(other.admin, tenant.tenantId)).rejects.toMatchObject(none);
    await expect(go(other.admin, newId("ten"))).rejects.toMatchObject(none);
    await database.owner`update tenants set status = 'suspended' where id = ${toUuid(other.tenantId)}`;
    await expect(go(tenant.admin, other.tenantId)).rejects.toMatchObject(none);
    expect(await listOwnTenants(database.db, tenant.admin)).toHaveLength(1);
    await database.owner`update tenants set status = 'active' where id = ${toUuid(other.tenantId)}`;
    const first = await Promise.allSettled([
      go(tenant.admin, other.tenantId),
      go(tenant.admin, other.tenantId),
    ]);
    expect(first.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});
