import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor, ServiceActor, UserActor } from "#app/domain/auth/actor.ts";
import { changeRole } from "#app/domain/auth/change-role.server.ts";
import { insertMembership } from "#app/domain/auth/create-tenant.server.ts";
import { type Credentials, createCredentials } from "#app/domain/auth/credentials.server.ts";
import { listMembers, readMember } from "#app/domain/auth/list-members.server.ts";
import type { MemberListQuery } from "#app/domain/auth/member-schema.ts";
import { removeMember } from "#app/domain/auth/remove-member.server.ts";
import { type Role, scopesOfRole } from "#app/domain/auth/scopes.ts";
import { signIn } from "#app/domain/auth/sign-in.server.ts";
import { type MembershipId, newId, toUuid } from "#db/ids.ts";
import { addMember } from "#tests/setup/add-member.ts";
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
let theirs: TenantFixture;

beforeAll(async () => {
  database = await createTestDatabase();
  credentials = createCredentials({ db: database.db, log: silentLog });
  theirs = await createTenantFixture(database.db, credentials);
});
beforeEach(async () => {
  tenant = await createTenantFixture(database.db, credentials);
});
afterAll(async () => {
  await credentials.close();
  await database.drop();
});

const add = (role: Role, name?: string) =>
  addMember(database.db, tenant.admin, role, { credentials, ...(name && { name }) });
const list = (query: Partial<MemberListQuery> = {}, actor: Actor = tenant.admin) =>
  listMembers(database.db, actor, { limit: 100, ...query });
const setRole = (actor: Actor, id: MembershipId, role: Role) =>
  changeRole(database.db, actor, id, { role }, aRequest);
const remove = (actor: Actor, id: MembershipId) => removeMember(database.db, actor, id, aRequest);

const eventsOf = (action: string) =>
  database.owner`
    select actor_id, resource_id, resource_name, details from audit_events
    where tenant_id = ${toUuid(tenant.tenantId)} and action = ${action} order by xid, id
  `;
const rolesNow = async () => (await list()).members.map(({ role }) => role).toSorted();
const codeOf = (settled: PromiseSettledResult<unknown>) =>
  settled.status === "fulfilled" ? "done" : settled.reason.code;

describe("the list of members", () => {
  test("has everybody of the tenant by name, with role and last use, and nobody else", async () => {
    await add("member", "Zoe");
    await add("developer", "Bo");
    const { members, pagination } = await list();
    expect(members.map(({ name, role }) => [name, role])).toEqual([
      ["Ada Admin", "tenant_admin"],
      ["Bo", "developer"],
      ["Zoe", "member"],
    ]);
    expect(members[0]).toMatchObject({
      id: tenant.admin.membershipId,
      userId: tenant.adminId,
      email: tenant.email,
      lastActiveAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(pagination).toEqual({ total: 3, limit: 100, nextCursor: null });
  });

  test("is searched by words of name and address, filtered by role, and goes on from its cursor", async () => {
    for (const name of ["Maya Lund", "Max Lund", "Jo"]) await add("member", name);
    expect((await list({ search: "lund MA" })).members.map(({ name }) => name)).toEqual([
      "Max Lund",
      "Maya Lund",
    ]);
    expect((await list({ search: tenant.email.toUpperCase() })).members).toHaveLength(1);
    expect((await list({ search: "%" })).members).toEqual([]);
    expect((await list({ role: "tenant_admin" })).pagination.total).toBe(1);
    const first = await list({ limit: 3 });
    const rest = await list({ limit: 3, cursor: first.pagination.nextCursor ?? "" });
    expect([...first.members, ...rest.members].map(({ name }) => name)).toEqual([
      "Ada Admin",
      "Jo",
      "Max Lund",
      "Maya Lund",
    ]);
    await expect(list({ cursor: "nonsense" })).rejects.toMatchObject({ code: "invalid_input" });
  });

  test("another tenant's member is as absent as none", async () => {
    for (const id of [theirs.admin.membershipId, newId("mem")]) {
      await expect(readMember(database.db, tenant.admin, id)).rejects.toMatchObject({ code: "not_found" });
      await expect(setRole(tenant.admin, id, "member")).rejects.toMatchObject({ code: "not_found" });
      await expect(remove(tenant.admin, id)).rejects.toMatchObject({ code: "not_found" });
    }
    expect((await list({}, theirs.admin)).members).toHaveLength(1);
  });
});

describe("a change of role", () => {
  test("holds for the next request, in the session that is open, and is recorded", async () => {
    const { actor, token } = await add("member", "Mo");
    expect(await setRole(tenant.admin, actor.membershipId, "developer")).toMatchObject({ role: "developer" });
    const now = await credentials.resolveSession(token);
    expect(now?.scopes.has("keys:write")).toBe(true);
    expect(await eventsOf("membership.role.changed")).toEqual([
      {
        actor_id: tenant.adminId,
        resource_id: actor.membershipId,
        resource_name: "Mo",
        details: { userId: actor.id, role: { from: "member", to: "developer" } },
      },
    ]);
    await setRole(tenant.admin, actor.membershipId, "developer");
    expect(await eventsOf("membership.role.changed")).toHaveLength(1);
  });

  test("is refused for the only admin, who may step down once there is another", async () => {
    const own = tenant.admin.membershipId;
    await expect(setRole(tenant.admin, own, "member")).rejects.toMatchObject({ code: "conflict" });
    const { actor } = await add("member");
    await setRole(tenant.admin, actor.membershipId, "tenant_admin");
    await setRole(tenant.admin, own, "member");
    expect(await rolesNow()).toEqual(["member", "tenant_admin"]);
  });

  test("is refused for what whoever asks may not do themselves, whatever their key says", async () => {
    const { actor } = await add("member");
    const key: ServiceActor = {
      kind: "service",
      id: newId("key"),
      tenantId: tenant.tenantId,
      name: "Directory sync",
      scopes: new Set([...scopesOfRole.developer, "members:write"]),
      credential: { kind: "key", id: newId("key") },
    };
    await setRole(key, actor.membershipId, "developer");
    await expect(setRole(key, actor.membershipId, "tenant_admin")).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(setRole(key, tenant.admin.membershipId, "member")).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(remove(key, tenant.admin.membershipId)).rejects.toMatchObject({ code: "forbidden" });
  });

  test("by somebody whose own role was taken meanwhile is refused", async () => {
    const { actor } = await add("tenant_admin");
    await setRole(tenant.admin, actor.membershipId, "member");
    // What the actor was when their request was let in.
    await expect(setRole(actor, actor.membershipId, "tenant_admin")).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(remove(actor, tenant.admin.membershipId)).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("two admins at once", () => {
  test.each([
    ["demoting each other", (by: Actor, of: UserActor) => setRole(by, of.membershipId, "member")],
    ["removing each other", (by: Actor, of: UserActor) => remove(by, of.membershipId)],
    ["stepping down", (by: Actor) => setRole(by, (by as UserActor).membershipId, "developer")],
    ["leaving", (by: Actor) => remove(by, (by as UserActor).membershipId)],
  ])("%s leave one of them, whoever is first", async (_, act) => {
    const other = (await add("tenant_admin")).actor;
    const outcomes = await Promise.allSettled([act(tenant.admin, other), act(other, tenant.admin)]);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(outcomes.map(codeOf)).toContainEqual(expect.stringMatching(/^(conflict|forbidden)$/));
    const [{ admins }] = (await database.owner`
      select count(*)::int as admins from memberships
      where tenant_id = ${toUuid(tenant.tenantId)} and role = 'tenant_admin'
    `) as [{ admins: number }];
    expect(admins).toBe(1);
  });
});

describe("a removal", () => {
  test("ends the sessions here and nothing elsewhere, keeps the mailbox, and is recorded", async () => {
    const { actor, token } = await add("developer", "Dee");
    // They belong to another tenant, too.
    await database.db.asSystem((tx) =>
      insertMembership(tx, theirs.admin, { userId: actor.id, role: "member", request: null }),
    );
    await remove(tenant.admin, actor.membershipId);
    expect(await credentials.resolveSession(token)).toBeUndefined();
    expect((await list({ search: "Dee" })).members).toEqual([]);
    expect((await list({ search: "Dee" }, theirs.admin)).members).toHaveLength(1);
    const [mailbox] =
      await database.owner`select kind from mailboxes where id = ${toUuid(actor.membershipId)}`;
    expect(mailbox).toEqual({ kind: "member" });
    expect(await eventsOf("membership.removed")).toEqual([
      {
        actor_id: tenant.adminId,
        resource_id: actor.membershipId,
        resource_name: "Dee",
        details: { userId: actor.id, role: "developer" },
      },
    ]);
    expect(await eventsOf("auth.session.revoked")).toMatchObject([
      { resource_id: actor.credential.id, details: { reason: "membership_ended", userId: actor.id } },
    ]);
    await expect(remove(tenant.admin, actor.membershipId)).rejects.toMatchObject({ code: "not_found" });
    // And they sign in to where they still belong.
    const again = await signIn(passwordService(database.db), {
      email: (await list({ search: "Dee" }, theirs.admin)).members[0]?.email ?? "",
      password: "correct horse battery staple",
      userAgent: null,
      replacedToken: undefined,
      request: aRequest,
    });
    expect(again.tenantId).toBe(theirs.tenantId);
  });

  test("is refused for the only admin", async () => {
    await add("developer");
    await expect(remove(tenant.admin, tenant.admin.membershipId)).rejects.toMatchObject({ code: "conflict" });
  });
});
