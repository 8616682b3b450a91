import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { beginPasswordReset } from "#app/domain/auth/begin-password-reset.server.ts";
import { changePassword } from "#app/domain/auth/change-password.server.ts";
import { checkPassword } from "#app/domain/auth/check-password.server.ts";
import { createCredentials } from "#app/domain/auth/credentials.server.ts";
import type { PasswordService } from "#app/domain/auth/held-attempts.server.ts";
import { createKeyedDigest } from "#app/domain/auth/keyed-digest.server.ts";
import { requestPasswordReset } from "#app/domain/auth/request-password-reset.server.ts";
import { resetPassword } from "#app/domain/auth/reset-password.server.ts";
import { signIn } from "#app/domain/auth/sign-in.server.ts";
import type { SignInPlace } from "#app/domain/auth/sign-in-place.ts";
import { isLiveToken } from "#app/domain/auth/spend-one-time-token.server.ts";
import { newId, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import {
  aRequest,
  createTenantFixture,
  passwordService,
  silentLog,
  type TenantFixture,
} from "#tests/setup/tenant-fixture.ts";
import { askedMails, eventsOf, linkTokens } from "./accounts-fixture.ts";

let database: TestDatabase;
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
  ada = await createTenantFixture(database.db);
});

let service: PasswordService;
const sink = () => service;
const digest = createKeyedDigest("a secret key for tests, of at least 32 characters");
const newPassword = "tumbleweed orbit 94";
const place = { address: "192.0.2.1", deviceId: undefined, digest };
const change = (currentPassword: string, next = newPassword, from: Partial<SignInPlace> = {}) =>
  changePassword(service, ada.admin, {
    ...{ currentPassword, newPassword: next, request: aRequest },
    place: { ...place, ...from },
  });

async function beginReset(): Promise<string> {
  const tokenId = newId("ott");
  await database.db.asSystem((tx) =>
    beginPasswordReset(tx, linkTokens, {
      userId: ada.adminId,
      tokenId,
      mail: "reset-password",
      request: aRequest,
    }),
  );
  return linkTokens.of(tokenId);
}

const reset = (token: string, password = newPassword) =>
  resetPassword({ db: database.db, digest }, { token, password }, aRequest);
const canSignIn = (password: string) =>
  checkPassword(sink(), { email: ada.email, password, request: aRequest }).then(
    () => true,
    () => false,
  );
const session = async (email = ada.email, password = ada.password) =>
  (
    await signIn(sink(), {
      ...{ email, password },
      userAgent: null,
      replacedToken: undefined,
      request: aRequest,
    })
  ).token;
/** As another process sees it. */
const isSignedIn = async (token: string) =>
  (await createCredentials({ db: database.db, log: silentLog }).resolveSession(token)) !== undefined;
const deadLink = { code: "invalid_input", errors: [{ path: "token" }] };

describe("a forgotten password", () => {
  test("is asked for by the same statements whether or not the address has an account", async () => {
    const jobs = async (email: string) => {
      await requestPasswordReset(database.db, { email, request: aRequest });
      const [job] = await database.owner`
        delete from graphile_worker._private_jobs returning payload, max_attempts, priority`;
      return job;
    };
    const known = await jobs(ada.email.toUpperCase());
    const unknown = await jobs(`nobody-${randomBytes(4).toString("hex")}@example.com`);
    expect(known?.payload.userId).toBe(ada.adminId);
    expect(unknown).toEqual({
      ...known,
      payload: { ...known?.payload, userId: null, tokenId: expect.stringMatching(/^ott_/) },
    });
  });

  test("is another one after the link in the mail, and every session ends", async () => {
    const sessions = [ada.token, await session()];
    const token = await beginReset();
    expect(await isLiveToken(database.db, token, "reset_password")).toBe(true);
    await reset(token);
    expect(await canSignIn(newPassword)).toBe(true);
    expect(await canSignIn(ada.password)).toBe(false);
    for (const one of sessions) expect(await isSignedIn(one)).toBe(false);
    expect(await askedMails(database)).toMatchObject([
      { mail: "reset-password" },
      { mail: "password-changed" },
    ]);
    expect(await eventsOf(database, ada.adminId)).toMatchObject([
      { action: "user.created" },
      { action: "auth.password.reset_requested", actor_id: null, tenantId: ada.tenantId },
      { action: "auth.password.reset", actor_id: ada.adminId, details: { sessionsEnded: 2 } },
    ]);
  });

  test("link works once, also for many at once", async () => {
    const token = await beginReset();
    const uses = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) => reset(token, `tumbleweed orbit number ${n}`)),
    );
    expect(uses.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await expect(reset(token)).rejects.toMatchObject(deadLink);
    expect(await isLiveToken(database.db, token, "reset_password")).toBe(false);
    const won = uses.findIndex(({ status }) => status === "fulfilled");
    expect(await canSignIn(`tumbleweed orbit number ${won}`)).toBe(true);
  });

  test.each([
    ["has expired", "update one_time_tokens set expires_at = now() - interval '1 second'"],
    ["was sent to an address that they left", "update users set email = 'x' || email"],
    ["is of somebody who is disabled", "update users set disabled_at = now()"],
  ])("link that %s does nothing", async (_, statement) => {
    const token = await beginReset();
    await database.owner.unsafe(
      `${statement} where ${statement.includes("users") ? "id" : "user_id"} = '${toUuid(ada.adminId)}'`,
    );
    await expect(reset(token)).rejects.toMatchObject(deadLink);
    expect(await isLiveToken(database.db, token, "reset_password")).toBe(false);
  });

  test("links that are out are void once the password is another one", async () => {
    const [first, second] = [await beginReset(), await beginReset()];
    await reset(second);
    await expect(reset(first)).rejects.toMatchObject(deadLink);
    const third = await beginReset();
    await change(newPassword, "a third one of 1815");
    await expect(reset(third)).rejects.toMatchObject(deadLink);
    expect(await canSignIn("a third one of 1815")).toBe(true);
  });

  test("link still works after a password that is no good", async () => {
    const token = await beginReset();
    await expect(reset(token, "Password1234")).rejects.toMatchObject({ errors: [{ path: "password" }] });
    await reset(token);
    expect(await canSignIn(newPassword)).toBe(true);
  });

  test.each([
    ["made up", () => randomBytes(32).toString("base64url")],
    [
      "the digest that is stored",
      async () => {
        await beginReset();
        const [row] =
          await database.owner`select token_hash from one_time_tokens order by created_at desc limit 1`;
        return row?.token_hash.toString("base64url");
      },
    ],
    ["not one of ours", () => "x"],
    [
      "of another purpose",
      async () => {
        const token = await beginReset();
        await database.owner`update one_time_tokens set purpose = 'verify_email' where user_id = ${toUuid(ada.adminId)}`;
        return token;
      },
    ],
  ])("link that is %s does nothing", async (_, make) => {
    await expect(reset(await make())).rejects.toMatchObject(deadLink);
    expect(await canSignIn(ada.password)).toBe(true);
  });

  test("confirms the address, since its mail was read", async () => {
    await database.owner`update users set email_verified_at = null where id = ${toUuid(ada.adminId)}`;
    await reset(await beginReset());
    const [user] =
      await database.owner`select email_verified_at from users where id = ${toUuid(ada.adminId)}`;
    expect(user?.email_verified_at).toBeInstanceOf(Date);
    expect((await eventsOf(database, ada.adminId)).map(({ action }) => action)).toContain(
      "auth.email.verified",
    );
  });

  test("reset ends the wait that somebody else's guesses have begun", async () => {
    const place = { address: "198.51.100.20", deviceId: undefined, digest };
    const attempt = (password: string) =>
      checkPassword(sink(), { email: ada.email, password, place, request: aRequest });
    for (let i = 0; i < 5; i += 1)
      await expect(attempt("a guess")).rejects.toMatchObject({ code: "invalid_credentials" });
    await expect(attempt(ada.password)).rejects.toMatchObject({ code: "rate_limited" });
    await reset(await beginReset());
    expect(await attempt(newPassword)).toMatchObject({ userId: ada.adminId });
  });

  test("is mailed three times an hour at most, and once however often its job runs", async () => {
    const tokenId = newId("ott");
    const begin = (id = newId("ott")) =>
      database.db.asSystem((tx) =>
        beginPasswordReset(tx, linkTokens, {
          userId: ada.adminId,
          tokenId: id,
          mail: "reset-password",
          request: aRequest,
        }),
      );
    await begin(tokenId);
    await begin(tokenId);
    expect(await askedMails(database)).toHaveLength(1);
    for (let n = 0; n < 5; n += 1) await begin();
    expect(await askedMails(database)).toHaveLength(3);
  });
});

describe("a person", () => {
  test("changes their password with the one they have: this session goes on, the others end", async () => {
    const other = await session();
    await change(ada.password);
    expect(await isSignedIn(ada.token)).toBe(true);
    expect(await isSignedIn(other)).toBe(false);
    expect(await canSignIn(newPassword)).toBe(true);
    expect(await canSignIn(ada.password)).toBe(false);
    expect(await askedMails(database)).toEqual([{ mail: "password-changed", token: undefined }]);
    expect((await eventsOf(database, ada.adminId)).at(-1)).toMatchObject({
      action: "auth.password.changed",
      status: "success",
      details: { sessionsEnded: 1 },
    });
  });

  test.each([
    ["a wrong current password", { currentPassword: "not it, not at all" }, "currentPassword"],
    ["one that is no good", { newPassword: "Password1234" }, "newPassword"],
    ["the one they have", { newPassword: "correct horse battery staple" }, "newPassword"],
    ["one with their name in it", { newPassword: "the admin of it all" }, "newPassword"],
  ])("does not change it with %s", async (_, input, path) => {
    const { currentPassword, newPassword: next } = { currentPassword: ada.password, newPassword, ...input };
    await expect(change(currentPassword, next)).rejects.toMatchObject({
      code: "invalid_input",
      errors: [{ path }],
    });
    expect(await canSignIn(ada.password)).toBe(true);
    expect(await isSignedIn(ada.token)).toBe(true);
    const failures = (await eventsOf(database, ada.adminId)).filter(({ status }) => status === "failure");
    expect(failures.map(({ action }) => action)).toEqual(
      path === "currentPassword" ? ["auth.password.refused"] : [],
    );
  });

  test("who changes it twice at once has one of the two", async () => {
    const both = await Promise.allSettled([
      change(ada.password, "tumbleweed orbit one"),
      change(ada.password, "tumbleweed orbit two"),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const won = both[0]?.status === "fulfilled" ? "tumbleweed orbit one" : "tumbleweed orbit two";
    expect(await canSignIn(won)).toBe(true);
  });
});

describe("guessing the password from within a session", () => {
  const counter = () => database.owner`
    select kind, failures from sign_in_failures where last_failed_at > now() - interval '1 minute' order by kind`;
  const letWaitsPass = () =>
    database.owner`update sign_in_failures set blocked_until = now() - interval '1 second' where blocked_until > now()`;
  const wrong = { code: "invalid_input", errors: [{ path: "currentPassword" }] };
  /** Each test has a network of its own. */
  const from = (n: number) => ({ address: `203.0.113.${n}` });
  beforeEach(() => database.owner`delete from sign_in_failures`);

  test("counts as failed sign-ins do, waits as they do, and holds the right password up too", async () => {
    for (let n = 0; n < 5; n += 1)
      await expect(change("a guess", newPassword, from(1))).rejects.toMatchObject(wrong);
    expect(await counter()).toEqual([
      { kind: "account", failures: 5 },
      { kind: "address", failures: 5 },
    ]);
    for (const seconds of [5, 10, 20]) {
      await expect(change(ada.password, newPassword, from(1))).rejects.toMatchObject({
        code: "rate_limited",
        // Of which a busy machine may have let a second or two pass.
        retryAfterSeconds: expect.toSatisfy((wait: number) => wait > seconds - 3 && wait <= seconds),
        message: expect.stringMatching(/^Too many passwords were wrong\. Please try again in \d+ seconds\.$/),
      });
      await letWaitsPass();
      await expect(change("a guess", newPassword, from(1))).rejects.toMatchObject(wrong);
    }
    await letWaitsPass();
    await change(ada.password, newPassword, from(1));
    expect(await counter()).toEqual([{ kind: "address", failures: 8 }]);
    await service.heldAttempts.flush();
    const events = (await eventsOf(database, ada.adminId)).filter(({ action }) => action !== "user.created");
    const refused = events.filter(({ action }) => action === "auth.password.refused");
    expect(refused.filter(({ details }) => details.reason === "wrong_password")).toHaveLength(8);
    expect(refused.filter(({ details }) => details.reason === "throttled")).not.toHaveLength(0);
    for (const event of refused)
      expect(event).toMatchObject({
        ...{ tenantId: ada.tenantId, status: "failure", actor_id: ada.adminId },
        details: { purpose: "change_password" },
      });
    expect(events.map(({ action }) => action).filter((action) => !action.includes("password"))).toEqual([
      "auth.account.locked",
      "auth.account.unlocked",
    ]);
  });

  test("is one count with signing in, either way", async () => {
    for (let n = 0; n < 3; n += 1)
      await expect(change("a guess", newPassword, from(2))).rejects.toMatchObject(wrong);
    const signInThere = (password: string) =>
      checkPassword(sink(), {
        ...{ email: ada.email, password, request: aRequest },
        place: { ...place, ...from(3) },
      });
    for (let n = 0; n < 2; n += 1)
      await expect(signInThere("a guess")).rejects.toMatchObject({ code: "invalid_credentials" });
    await expect(signInThere(ada.password)).rejects.toMatchObject({ code: "rate_limited" });
    await expect(change(ada.password, newPassword, from(2))).rejects.toMatchObject({ code: "rate_limited" });
  });

  test("does not keep its person out at a browser that they are known at", async () => {
    const deviceId = "the person's own browser";
    await signIn(sink(), {
      ...{ email: ada.email, password: ada.password, userAgent: null, replacedToken: undefined },
      ...{ request: aRequest, place: { ...place, ...from(4), deviceId } },
    });
    for (let n = 0; n < 5; n += 1)
      await expect(change("a guess", newPassword, from(5))).rejects.toMatchObject(wrong);
    await expect(change(ada.password, newPassword, from(5))).rejects.toMatchObject({ code: "rate_limited" });
    await change(ada.password, newPassword, { ...from(4), deviceId });
    expect(await canSignIn(newPassword)).toBe(true);
  });

  test("counts exactly when many come at once", async () => {
    const all = await Promise.allSettled(
      Array.from({ length: 20 }, () => change("a guess", newPassword, from(6))),
    );
    const codes = all.map((one) => (one.status === "rejected" ? one.reason.code : "changed"));
    expect(codes.filter((code) => code === "invalid_input")).toHaveLength(5);
    expect(codes.filter((code) => code === "rate_limited")).toHaveLength(15);
  });

  test("leaves no count behind when the new password is no good, as the current one was right", async () => {
    await expect(change(ada.password, "Password1234", from(7))).rejects.toMatchObject({
      errors: [{ path: "newPassword" }],
    });
    expect(await counter()).toEqual([{ kind: "address", failures: 0 }]);
  });
});
