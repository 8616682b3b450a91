import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { purgeOneTimeTokens } from "#app/domain/auth/purge-one-time-tokens.server.ts";
import { readAccount } from "#app/domain/auth/read-account.server.ts";
import { resendVerification } from "#app/domain/auth/send-verification.server.ts";
import { verifyEmail } from "#app/domain/auth/verify-email.server.ts";
import { toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { aRequest, createTenantFixture, type TenantFixture } from "#tests/setup/tenant-fixture.ts";
import { askedMails, eventsOf, linkTokens } from "./accounts-fixture.ts";

let database: TestDatabase;
let ada: TenantFixture;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.owner`delete from graphile_worker._private_jobs`;
  ada = await createTenantFixture(database.db);
  await database.owner`update users set email_verified_at = null where id = ${toUuid(ada.adminId)}`;
});

const resend = () => resendVerification(database.db, linkTokens, ada.admin, aRequest);
const passTime = (interval: string) =>
  database.owner`
    update one_time_tokens set created_at = created_at - ${interval}::interval where user_id = ${toUuid(ada.adminId)}`;
const isConfirmed = async () => (await readAccount(database.db, ada.admin)).emailVerified;
const newestToken = async () => (await askedMails(database)).at(-1)?.token ?? "";
const confirm = (token: string) => verifyEmail({ db: database.db, linkTokens }, token, aRequest);
const deadLink = { code: "invalid_input", errors: [{ path: "token" }] };

test("an address is confirmed by the link that was mailed to it", async () => {
  expect(await resend()).toEqual({ email: ada.email });
  expect(await isConfirmed()).toBe(false);
  await confirm(await newestToken());
  expect(await isConfirmed()).toBe(true);
  expect((await eventsOf(database, ada.adminId)).map(({ action }) => action)).toEqual([
    "user.created",
    "auth.email.verification_sent",
    "auth.email.verified",
  ]);
  await expect(resend()).rejects.toMatchObject({ code: "conflict" });
});

test("pressing twice, or following an older mail, is answered as the first time and recorded once", async () => {
  await resend();
  const first = await newestToken();
  await passTime("2 minutes");
  await resend();
  const second = await newestToken();
  expect(second).not.toBe(first);
  await Promise.all([confirm(second), confirm(second).catch(() => {})]);
  await confirm(second);
  await confirm(first);
  const confirmed = (await eventsOf(database, ada.adminId)).filter(
    ({ action }) => action === "auth.email.verified",
  );
  expect(confirmed).toHaveLength(1);
});

test("a link that has expired, or whose address they have left, confirms nothing", async () => {
  await resend();
  const token = await newestToken();
  const id = toUuid(ada.adminId);
  await database.owner`update one_time_tokens set expires_at = now() where user_id = ${id}`;
  await expect(confirm(token)).rejects.toMatchObject(deadLink);
  await database.owner`update one_time_tokens set expires_at = now() + interval '1 hour' where user_id = ${id}`;
  await database.owner`update users set email = 'other-' || email where id = ${id}`;
  await expect(confirm(token)).rejects.toMatchObject(deadLink);
  expect(await isConfirmed()).toBe(false);
});

test("the link is mailed again once a minute and five times a day", async () => {
  await resend();
  await expect(resend()).rejects.toMatchObject({
    code: "rate_limited",
    retryAfterSeconds: expect.toSatisfy((seconds: number) => seconds > 0 && seconds <= 60),
  });
  for (let n = 1; n < 5; n += 1) {
    await passTime("1 hour");
    await resend();
  }
  await passTime("1 hour");
  await expect(resend()).rejects.toMatchObject({ code: "rate_limited", message: /tomorrow/ });
  await passTime("1 day");
  await resend();
  expect(await askedMails(database)).toHaveLength(6);
});

test("many at once ask for one mail", async () => {
  const asked = await Promise.allSettled(Array.from({ length: 6 }, resend));
  expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(await askedMails(database)).toHaveLength(1);
});

test("links that expired a week ago are removed, however many there are, and no others", async () => {
  const id = toUuid(ada.adminId);
  await database.owner`delete from one_time_tokens`;
  await database.owner`
    insert into one_time_tokens (id, user_id, purpose, email, token_hash, expires_at)
    select gen_random_uuid(), ${id}, 'verify_email', ${ada.email}, sha256(n::text::bytea),
           now() - case when n <= 7 then interval '8 days' else interval '6 days' end
      from generate_series(1, 9) n`;
  expect(await purgeOneTimeTokens(database.db, { batchSize: 3 })).toBe(7);
  expect(await database.owner`select from one_time_tokens`).toHaveLength(2);
});
