import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { cancelEmailChange } from "#app/domain/auth/cancel-email-change.server.ts";
import { changeOwnName } from "#app/domain/auth/change-own-name.server.ts";
import { changePassword } from "#app/domain/auth/change-password.server.ts";
import { checkPassword } from "#app/domain/auth/check-password.server.ts";
import { insertMembership } from "#app/domain/auth/create-tenant.server.ts";
import { createCredentials } from "#app/domain/auth/credentials.server.ts";
import type { PasswordService } from "#app/domain/auth/held-attempts.server.ts";
import { createKeyedDigest } from "#app/domain/auth/keyed-digest.server.ts";
import { changeEmailMail, emailChangedMail } from "#app/domain/auth/mails/change-email-mail.server.ts";
import { readAccount } from "#app/domain/auth/read-account.server.ts";
import { requestEmailChange } from "#app/domain/auth/request-email-change.server.ts";
import { resendVerification } from "#app/domain/auth/send-verification.server.ts";
import { verifyEmail } from "#app/domain/auth/verify-email.server.ts";
import { type OneTimeTokenId, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { mailServices } from "#tests/setup/mail-services.ts";
import {
  aRequest,
  createTenantFixture,
  passwordService,
  silentLog,
  type TenantFixture,
} from "#tests/setup/tenant-fixture.ts";
import { askedMails, eventsOf, linkTokens } from "./accounts-fixture.ts";

let database: TestDatabase;
let service: PasswordService;
let ada: TenantFixture;
beforeAll(async () => {
  database = await createTestDatabase();
  service = passwordService(database.db);
});
afterAll(async () => {
  await service.heldAttempts.close();
  await database.drop();
});
beforeEach(async () => {
  await database.owner`delete from graphile_worker._private_jobs`;
  await database.owner`delete from sign_in_failures`;
  ada = await createTenantFixture(database.db);
});

const mail = mailServices();
const digest = createKeyedDigest("a secret key for tests, of at least 32 characters");
const place = { address: "192.0.2.1", deviceId: undefined, digest };
const newAddress = () => `new-${randomBytes(5).toString("hex")}@example.com`;

const ask = (email: string, currentPassword = ada.password, who = ada) =>
  requestEmailChange({ ...service, mail }, who.admin, { email, currentPassword, place, request: aRequest });
const follow = (token: string) => verifyEmail({ db: database.db, linkTokens }, token, aRequest);
const newestToken = async () => (await askedMails(database)).at(-1)?.token ?? "";
const account = (who = ada) => readAccount(database.db, who.admin);
/** The pause between two mails. */
const letPausePass = () =>
  database.owner`update one_time_tokens set created_at = created_at - interval '2 minutes'`;
const canSignIn = (email: string, password = ada.password) =>
  checkPassword(service, { email, password, request: aRequest }).then(
    () => true,
    () => false,
  );
const deadLink = { code: "invalid_input", errors: [{ path: "token" }] };

/** What the waiting mails say, as the job would send them. */
async function mailsToSend() {
  const rows = await database.owner<{ payload: { mail: string; tokenId: OneTimeTokenId } }[]>`
    select payload from graphile_worker._private_jobs order by id`;
  return Promise.all(
    rows.map(({ payload: { mail: which, tokenId } }) =>
      which === "change-email"
        ? changeEmailMail(database.db, mail, tokenId)
        : emailChangedMail(database.db, mail, tokenId),
    ),
  );
}

describe("another address", () => {
  test("is a person's once they have followed the link that was mailed there, and not before", async () => {
    const to = newAddress();
    await ask(to.toUpperCase());
    expect(await account()).toMatchObject({ email: ada.email, pendingEmail: to });
    expect(await canSignIn(ada.email)).toBe(true);
    expect(await canSignIn(to)).toBe(false);
    expect(await mailsToSend()).toMatchObject([{ to, subject: "Confirm your new email address" }]);

    const token = await newestToken();
    await follow(token);
    expect(await account()).toMatchObject({ email: to, emailVerified: true, pendingEmail: null });
    expect(await canSignIn(to)).toBe(true);
    expect(await canSignIn(ada.email)).toBe(false);
    // The session that asked goes on.
    const credentials = createCredentials({ db: database.db, log: silentLog });
    expect(await credentials.resolveSession(ada.token)).toBeDefined();
    // Pressed twice.
    await follow(token);
    expect((await eventsOf(database, ada.adminId)).slice(1)).toMatchObject([
      { action: "auth.email.change_requested", tenantId: ada.tenantId, details: { to } },
      {
        ...{ action: "auth.email.changed", tenantId: ada.tenantId, status: "success", actor_id: ada.adminId },
        details: { from: ada.email, to },
      },
    ]);
  });

  test("is told to the one before, once it has changed, by a mail that leads nowhere", async () => {
    const to = newAddress();
    await ask(to);
    await follow(await newestToken());
    const [, told] = await mailsToSend();
    expect(told).toMatchObject({ to: ada.email, subject: "Your email address was changed" });
    expect(told?.text).not.toContain(to);
    expect(told?.text).not.toContain("token=");
    // No payload has an address in it.
    const [row] = await database.owner`
      select string_agg(payload::text, ' ') as payloads from graphile_worker._private_jobs`;
    expect(row?.payloads).not.toContain("@");
  });

  test("is recorded in every organisation that the person belongs to", async () => {
    const other = await createTenantFixture(database.db);
    await database.db.asSystem((tx) =>
      insertMembership(tx, other.admin, { userId: ada.adminId, role: "member", request: null }),
    );
    await ask(newAddress());
    await follow(await newestToken());
    const changed = (await eventsOf(database, ada.adminId)).filter(
      ({ action }) => action === "auth.email.changed",
    );
    expect(changed.map(({ tenantId }) => tenantId).sort()).toEqual([ada.tenantId, other.tenantId].sort());
  });

  test("takes the password; wrong ones count as failed sign-ins and cost the same waits", async () => {
    for (let n = 0; n < 5; n += 1)
      await expect(ask(newAddress(), "a guess")).rejects.toMatchObject({
        ...{ code: "invalid_input", errors: [{ path: "currentPassword" }] },
      });
    await expect(ask(newAddress())).rejects.toMatchObject({ code: "rate_limited" });
    expect(await askedMails(database)).toEqual([]);
    const events = await eventsOf(database, ada.adminId);
    expect(events.filter(({ action }) => action === "auth.password.refused")).toHaveLength(5);
    expect(events.at(-1)?.details).not.toHaveProperty("email");
    expect(events.map(({ action }) => action)).toContain("auth.account.locked");
  });

  test("that has an account is asked for with the same answer and work; its owner alone is told", async () => {
    const owner = await createTenantFixture(database.db);
    const measured = async (to: string) => {
      await letPausePass();
      await database.owner`delete from graphile_worker._private_jobs`;
      const answer = await ask(to);
      const pending = (await account()).pendingEmail;
      const [job] = await database.owner`
        select payload::jsonb - 'id' - 'tokenId' as payload, priority, max_attempts from graphile_worker._private_jobs`;
      return { answer, isPending: pending === to, job };
    };
    const free = await measured(newAddress());
    const taken = await measured(owner.email);
    expect(taken).toEqual(free);

    expect(await mailsToSend()).toMatchObject([{ to: owner.email, subject: "You have an account already" }]);
    const [told] = await mailsToSend();
    expect(told?.text).not.toContain("token=");
    expect(told?.text).not.toContain(ada.email);
    // Somebody who could read the link nowhere has it all the same.
    await expect(follow(await newestToken())).rejects.toMatchObject({ code: "conflict" });
    expect(await account()).toMatchObject({ email: ada.email });
    expect(await account(owner)).toMatchObject({ email: owner.email });
    expect(await canSignIn(owner.email, owner.password)).toBe(true);
  });

  test("that two ask for is the first's who follows the link, also at the same moment", async () => {
    const bob = await createTenantFixture(database.db);
    const to = newAddress();
    await ask(to);
    const first = await newestToken();
    await ask(to, bob.password, bob);
    const second = await newestToken();
    const both = await Promise.allSettled([follow(first), follow(second)]);
    expect(both.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(both.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "conflict" } });
    expect(
      [(await account()).email, (await account(bob)).email].filter((email) => email === to),
    ).toHaveLength(1);
  });

  test("of one's own is refused", async () => {
    await expect(ask(ada.email.toUpperCase())).rejects.toMatchObject({
      ...{ code: "invalid_input", errors: [{ path: "email" }] },
    });
  });

  test("is asked for once a minute and five times a day, since it is mail to whoever is named", async () => {
    await ask(newAddress());
    await expect(ask(newAddress())).rejects.toMatchObject({ code: "rate_limited" });
    for (let n = 0; n < 4; n += 1) {
      await letPausePass();
      await ask(newAddress());
    }
    await letPausePass();
    await expect(ask(newAddress())).rejects.toMatchObject({ code: "rate_limited", message: /tomorrow/ });
  });
});

describe("a link to another address does nothing once", () => {
  const replaced = async () => {
    await letPausePass();
    await ask(newAddress());
  };
  test.each([
    ["another was asked for", replaced],
    ["the person has thought better of it", () => cancelEmailChange(database.db, ada.admin, aRequest)],
    [
      "the password was changed",
      () =>
        changePassword(service, ada.admin, {
          ...{ currentPassword: ada.password, newPassword: "tumbleweed orbit 94", place },
          request: aRequest,
        }),
    ],
    [
      "it has expired",
      () =>
        database.owner`update one_time_tokens set expires_at = now() where user_id = ${toUuid(ada.adminId)}`,
    ],
    [
      "the person is disabled",
      () => database.owner`update users set disabled_at = now() where id = ${toUuid(ada.adminId)}`,
    ],
  ])("%s", async (_, happen) => {
    await ask(newAddress());
    const token = await newestToken();
    await happen();
    await expect(follow(token)).rejects.toMatchObject(deadLink);
    expect((await account()).email).toBe(ada.email);
  });

  test("and one that was to confirm the address before leads back to nothing", async () => {
    await database.owner`update users set email_verified_at = null where id = ${toUuid(ada.adminId)}`;
    await resendVerification(database.db, linkTokens, ada.admin, aRequest);
    const confirming = await newestToken();
    await letPausePass();
    const to = newAddress();
    await ask(to);
    await follow(await newestToken());
    await expect(follow(confirming)).rejects.toMatchObject(deadLink);
    expect((await account()).email).toBe(to);
  });

  test("confirming the present address leaves it be", async () => {
    await database.owner`update users set email_verified_at = null where id = ${toUuid(ada.adminId)}`;
    await resendVerification(database.db, linkTokens, ada.admin, aRequest);
    const confirming = await newestToken();
    await letPausePass();
    const to = newAddress();
    await ask(to);
    const changing = await newestToken();
    await follow(confirming);
    expect(await account()).toMatchObject({ email: ada.email, emailVerified: true, pendingEmail: to });
    await follow(changing);
    expect(await account()).toMatchObject({ email: to });
  });
});

test("cancelling is recorded, where there was something to cancel", async () => {
  await ask(newAddress());
  await cancelEmailChange(database.db, ada.admin, aRequest);
  await cancelEmailChange(database.db, ada.admin, aRequest);
  expect((await account()).pendingEmail).toBeNull();
  const actions = (await eventsOf(database, ada.adminId)).map(({ action }) => action);
  expect(actions.filter((action) => action === "auth.email.change_cancelled")).toHaveLength(1);
  expect(await mailsToSend()).toEqual([undefined]);
});

test("a name is another one everywhere, recorded in each organisation, and once", async () => {
  const other = await createTenantFixture(database.db);
  await database.db.asSystem((tx) =>
    insertMembership(tx, other.admin, { userId: ada.adminId, role: "member", request: null }),
  );
  await changeOwnName(database.db, ada.admin, { name: "Augusta King" }, aRequest);
  await changeOwnName(database.db, ada.admin, { name: "Augusta King" }, aRequest);
  expect(await account()).toMatchObject({ name: "Augusta King", email: ada.email });
  const changed = (await eventsOf(database, ada.adminId)).filter(
    ({ action }) => action === "auth.name.changed",
  );
  expect(changed.map(({ tenantId }) => tenantId).sort()).toEqual([ada.tenantId, other.tenantId].sort());
  expect(changed[0]?.details).toEqual({ from: "Ada Admin", to: "Augusta King" });
  expect((await account(other)).name).toBe("Ada Admin");
});
