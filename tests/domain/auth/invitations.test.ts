import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { joinAsNewPerson, joinAsPerson } from "#app/domain/auth/accept-invitation.server.ts";
import type { Actor, ServiceActor } from "#app/domain/auth/actor.ts";
import { changeRole } from "#app/domain/auth/change-role.server.ts";
import { type Credentials, createCredentials } from "#app/domain/auth/credentials.server.ts";
import { unsafeReadInvitation } from "#app/domain/auth/find-invitation.server.ts";
import { maxOpenInvitations } from "#app/domain/auth/invitation-schema.ts";
import { invitePerson } from "#app/domain/auth/invite-person.server.ts";
import { listInvitations } from "#app/domain/auth/list-invitations.server.ts";
import { invitationToken } from "#app/domain/auth/mailed-links.ts";
import { invitationMail } from "#app/domain/auth/mails/invitation-mail.server.ts";
import { removeMember } from "#app/domain/auth/remove-member.server.ts";
import { resendInvitation } from "#app/domain/auth/resend-invitation.server.ts";
import { revokeInvitation } from "#app/domain/auth/revoke-invitation.server.ts";
import { type Role, scopesOfRole } from "#app/domain/auth/scopes.ts";
import { createLinkTokens } from "#app/domain/mail/link-tokens.server.ts";
import { type InvitationId, newId, newUuid, toUuid } from "#db/ids.ts";
import { addMember } from "#tests/setup/add-member.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { aRequest, createTenantFixture, silentLog, type TenantFixture } from "#tests/setup/tenant-fixture.ts";

const linkTokens = createLinkTokens("a key for tests, of at least 32 characters");

let database: TestDatabase;
let credentials: Credentials;
let tenant: TenantFixture;
let other: TenantFixture;

beforeAll(async () => {
  database = await createTestDatabase();
  credentials = createCredentials({ db: database.db, log: silentLog });
  other = await createTenantFixture(database.db, credentials);
});
beforeEach(async () => {
  tenant = await createTenantFixture(database.db, credentials);
});
afterAll(async () => {
  await credentials.close();
  await database.drop();
});

const anAddress = () => `${newUuid()}@people.example`;
const invite = (email: string, role: Role = "member", actor: Actor = tenant.admin) =>
  invitePerson({ db: database.db, linkTokens }, actor, { email, role }, aRequest);
const resend = (id: InvitationId, actor: Actor = tenant.admin) =>
  resendInvitation({ db: database.db, linkTokens }, actor, id, aRequest);
const revoke = (id: InvitationId, actor: Actor = tenant.admin) =>
  revokeInvitation(database.db, actor, id, aRequest);
const list = (actor: Actor = tenant.admin) => listInvitations(database.db, actor);

/** The token of the link, as the mail that is asked for would carry it. */
async function linkOf(id: InvitationId): Promise<string> {
  const services = { linkTokens, origin: "https://signalbox.test", mailer: { send: async () => undefined } };
  const mail = await invitationMail(database.db, services, { tenantId: tenant.tenantId, invitationId: id });
  const token = /\/invitation\?token=([\w-]{43})/.exec(mail?.text ?? "")?.[1];
  if (token === undefined) throw new Error("The mail has no link");
  return token;
}

const joinAsNew = (token: string, fields: { name?: string; password?: string } = {}) =>
  joinAsNewPerson(
    database.db,
    { token, name: "Nia New", password: "four words nobody else has", ...fields },
    { userAgent: "vitest", replacedToken: undefined, request: aRequest },
  );
const join = (actor: TenantFixture["admin"], token: string) =>
  joinAsPerson(database.db, actor, { token, userAgent: null }, aRequest);
const resolve = async (token: string | undefined) => {
  const actor = await credentials.resolveSession(token ?? "");
  if (actor === undefined) throw new Error("The session does not resolve");
  return actor;
};

const stateOf = async (token: string) => (await unsafeReadInvitation(database.db, token))?.state;
/** Makes what was sent as old as this. */
const age = (id: InvitationId, interval: string) =>
  database.owner`
    update invitations
    set sent_at = sent_at - ${interval}::interval, expires_at = expires_at - ${interval}::interval
    where id = ${toUuid(id)}`;
const eventsOf = (action: string) =>
  database.owner`
    select actor_kind, actor_id, resource_id, resource_name, details from audit_events
    where tenant_id = ${toUuid(tenant.tenantId)} and action = ${action} order by xid, id
  `;
const mailsAsked = async (id: InvitationId) => {
  const jobs = await database.owner<{ payload: unknown }[]>`
    select payload from graphile_worker._private_jobs job
    where job.payload->>'invitationId' = ${id}`;
  return jobs.map(({ payload }) => payload);
};

describe("an invitation", () => {
  test("is open for seven days, asked for by mail, recorded, and keeps no token", async () => {
    const email = anAddress();
    const made = await invite(` ${email.toUpperCase()} `, "developer");
    expect(made).toMatchObject({
      email,
      role: "developer",
      invitedBy: { id: tenant.adminId, name: "Ada Admin" },
      isExpired: false,
    });
    const days = (Date.parse(made.expiresAt) - Date.parse(made.sentAt)) / 86_400_000;
    expect(days).toBeCloseTo(7, 5);
    expect(await list()).toEqual([made]);
    expect(await list(other.admin)).toEqual([]);
    expect(await eventsOf("invitation.created")).toEqual([
      {
        actor_kind: "user",
        actor_id: tenant.adminId,
        resource_id: made.id,
        resource_name: email,
        details: { email, role: "developer" },
      },
    ]);
    const token = await linkOf(made.id);
    const mails = await mailsAsked(made.id);
    expect(mails).toHaveLength(1);
    const [row] =
      await database.owner`select i::text as everything from invitations i where id = ${toUuid(made.id)}`;
    expect(JSON.stringify(mails) + row?.everything).not.toContain(token);
  });

  test("of a member is refused, and so is one with a role above the maker's own", async () => {
    await expect(invite(tenant.email.toUpperCase())).rejects.toMatchObject({ code: "conflict" });
    const key: ServiceActor = {
      kind: "service",
      id: newId("key"),
      tenantId: tenant.tenantId,
      name: "Directory sync",
      scopes: new Set([...scopesOfRole.developer, "members:write"]),
      credential: { kind: "key", id: newId("key") },
    };
    await expect(invite(anAddress(), "tenant_admin", key)).rejects.toMatchObject({ code: "forbidden" });
    expect(await invite(anAddress(), "developer", key)).toMatchObject({ invitedBy: null });
  });

  test("of the same address is sent again, with another link, and not twice within minutes", async () => {
    const email = anAddress();
    const { id } = await invite(email);
    const first = await linkOf(id);
    await expect(invite(email)).rejects.toMatchObject({ code: "rate_limited", retryAfterSeconds: 300 });
    await age(id, "6 days");
    const again = await invite(email);
    expect(again.id).toBe(id);
    expect(await list()).toHaveLength(1);
    expect(await stateOf(first)).toBeUndefined();
    expect(await stateOf(await linkOf(id))).toBe("open");
    expect(await eventsOf("invitation.resent")).toMatchObject([{ resource_id: id, details: { email } }]);
    expect(await mailsAsked(id)).toHaveLength(2);
  });

  test("with another role replaces the one that was open", async () => {
    const email = anAddress();
    const { id } = await invite(email, "tenant_admin");
    const first = await linkOf(id);
    const second = await invite(email, "member");
    expect(second).toMatchObject({ role: "member" });
    expect(await list()).toEqual([second]);
    expect(await stateOf(first)).toBe("revoked");
  });

  test("that has expired can be sent again; one that is over, another's or nobody's is as absent", async () => {
    const { id } = await invite(anAddress());
    const late = await linkOf(id);
    await age(id, "8 days");
    expect(await stateOf(late)).toBe("expired");
    await expect(joinAsNew(late)).rejects.toMatchObject({ code: "conflict" });
    expect(await list()).toMatchObject([{ id, isExpired: true }]);
    await resend(id);
    const token = await linkOf(id);
    await revoke(id);
    expect(await stateOf(token)).toBe("revoked");
    await expect(joinAsNew(token)).rejects.toMatchObject({ code: "conflict" });
    expect(await list()).toEqual([]);
    const theirs = await invite(anAddress(), "member", other.admin);
    for (const gone of [id, theirs.id, newId("inv")]) {
      await expect(resend(gone)).rejects.toMatchObject({ code: "not_found" });
      await expect(revoke(gone)).rejects.toMatchObject({ code: "not_found" });
    }
    await revoke(theirs.id, other.admin);
  });

  test("is one of so many at most", async () => {
    await database.owner`
      insert into invitations (tenant_id, id, email, role, token_hash, expires_at)
      select ${toUuid(tenant.tenantId)}, gen_random_uuid(), n || '@many.example', 'member',
        sha256(convert_to(${tenant.tenantId} || n, 'utf8')), now() + interval '1 day'
      from generate_series(1, ${maxOpenInvitations - 1}) n`;
    const outcomes = await Promise.allSettled([invite(anAddress()), invite(anAddress())]);
    expect(outcomes.map((one) => (one.status === "rejected" ? one.reason.code : "made")).toSorted()).toEqual([
      "conflict",
      "made",
    ]);
    expect(await list()).toHaveLength(maxOpenInvitations);
  });
});

describe("accepting", () => {
  test("makes somebody new a member who is signed in, and whose address is confirmed thereby", async () => {
    const email = anAddress();
    const { id } = await invite(email, "developer");
    const token = await linkOf(id);
    const joined = await joinAsNew(token);
    const person = await resolve(joined.token);
    expect(person).toMatchObject({ tenantId: tenant.tenantId, role: "developer", name: "Nia New" });
    const [user] = await database.owner`
      select email, email_verified_at is not null as is_verified from users where id = ${toUuid(person.id)}`;
    expect(user).toEqual({ email, is_verified: true });
    expect(await eventsOf("invitation.accepted")).toEqual([
      {
        actor_kind: "user",
        actor_id: person.id,
        resource_id: id,
        resource_name: email,
        details: { userId: person.id, role: "developer" },
      },
    ]);
    expect(await eventsOf("membership.created")).toHaveLength(2);
    expect(await stateOf(token)).toBe("accepted");
    await expect(joinAsNew(token)).rejects.toMatchObject({ code: "conflict" });
    expect(await list()).toEqual([]);
  });

  test("with a password that is no good names it, and leaves the invitation open", async () => {
    const token = await linkOf((await invite(anAddress())).id);
    await expect(joinAsNew(token, { password: "password12345" })).rejects.toMatchObject({
      code: "invalid_input",
      errors: [{ path: "password" }],
    });
    expect(await stateOf(token)).toBe("open");
  });

  test("takes somebody who has an account there, and leaves their other organisation as it is", async () => {
    const {
      actor,
      email,
      token: before,
    } = await addMember(database.db, other.admin, "member", { credentials });
    const token = await linkOf((await invite(email, "tenant_admin")).id);
    await expect(joinAsNew(token)).rejects.toMatchObject({ code: "conflict" });
    const joined = await join(actor, token);
    expect(await resolve(joined.token)).toMatchObject({
      id: actor.id,
      tenantId: tenant.tenantId,
      role: "tenant_admin",
    });
    expect(await credentials.resolveSession(before)).toBeUndefined();
    expect(await eventsOf("membership.created")).toMatchObject([
      {},
      { actor_kind: "user", actor_id: actor.id },
    ]);
  });

  test("by somebody else than who was invited is refused", async () => {
    const token = await linkOf((await invite(anAddress())).id);
    await expect(join(other.admin, token)).rejects.toMatchObject({ code: "forbidden" });
    expect(await stateOf(token)).toBe("open");
  });

  test("by whoever became a member meanwhile keeps the role that they have", async () => {
    const { actor, email } = await addMember(database.db, other.admin, "member", { credentials });
    const { id } = await invite(email, "tenant_admin");
    const token = await linkOf(id);
    const there = await resolve((await join(actor, token)).token);
    await changeRole(database.db, tenant.admin, there.membershipId, { role: "developer" }, aRequest);
    // As if a second invitation had been open beside the first.
    await database.owner`update invitations set accepted_at = null where id = ${toUuid(id)}`;
    expect(await join(there, token)).toEqual({ tenantId: tenant.tenantId, token: undefined });
    const [membership] = await database.owner`
      select role from memberships where id = ${toUuid(there.membershipId)}`;
    expect(membership).toEqual({ role: "developer" });
  });

  test("twenty times at once makes one member", async () => {
    const token = await linkOf((await invite(anAddress())).id);
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => joinAsNew(token)));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await eventsOf("invitation.accepted")).toHaveLength(1);
  });

  test("after one was removed takes a new invitation", async () => {
    const email = anAddress();
    const used = await linkOf((await invite(email)).id);
    const person = await resolve((await joinAsNew(used)).token);
    await removeMember(database.db, tenant.admin, person.membershipId, aRequest);
    expect(await stateOf(used)).toBe("accepted");
    expect(await invite(email, "developer")).toMatchObject({ role: "developer" });
  });

  test("a suspended organisation's, a forged or a cut-off link leads nowhere", async () => {
    const { id, sentAt } = await invite(anAddress());
    const token = await linkOf(id);
    expect(invitationToken(linkTokens, { id, sentAt: new Date(sentAt) })).toBe(token);
    const forged = invitationToken(createLinkTokens("another key, of at least 32 characters"), {
      id,
      sentAt: new Date(sentAt),
    });
    for (const wrong of [forged, token.slice(1), `${token}a`, ""])
      expect(await stateOf(wrong)).toBeUndefined();
    await database.owner`update tenants set status = 'suspended' where id = ${toUuid(tenant.tenantId)}`;
    expect(await stateOf(token)).toBeUndefined();
    await expect(joinAsNew(token)).rejects.toMatchObject({ code: "not_found" });
  });
});
