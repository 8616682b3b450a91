import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { checkPassword } from "#app/domain/auth/check-password.server.ts";
import { register } from "#app/domain/auth/register.server.ts";
import { slugOf } from "#app/domain/auth/tenant-slug.server.ts";
import { toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { aRequest, passwordService } from "#tests/setup/tenant-fixture.ts";
import { askedMails, eventsOf, linkTokens } from "./accounts-fixture.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.owner`delete from graphile_worker._private_jobs`);

let people = 0;
const someone = () => {
  people += 1;
  return {
    tenantName: "Café & Söhne",
    name: "Ada Lovelace",
    email: `Someone-${people}@Example.com`,
    password: "tumbleweed orbit 94",
  };
};
const signUp = (input = someone()) => register({ db: database.db, linkTokens }, input, aRequest);
const sink = () => passwordService(database.db);

describe("signing up", () => {
  test("makes an organisation and its first admin, who can sign in and is asked to confirm the address", async () => {
    const input = someone();
    const made = await signUp(input);
    if (made === undefined) throw new Error("Nothing was made.");
    expect(await checkPassword(sink(), { ...input, request: aRequest })).toMatchObject({
      userId: made.userId,
      tenantId: made.tenantId,
      role: "tenant_admin",
    });
    const [user] =
      await database.owner`select email, email_verified_at from users where id = ${toUuid(made.userId)}`;
    expect(user).toEqual({ email: input.email.toLowerCase(), email_verified_at: null });
    expect(await askedMails(database)).toEqual([{ mail: "verify-email", token: expect.any(String) }]);
    expect(await eventsOf(database, made.tenantId)).toMatchObject([
      { action: "tenant.created" },
      {
        action: "auth.signup",
        status: "success",
        actor_id: made.userId,
        details: { slug: expect.any(String) },
      },
    ]);
    expect(await eventsOf(database, made.userId)).toMatchObject([
      { action: "user.created" },
      { action: "auth.email.verification_sent", tenantId: made.tenantId },
    ]);
  });

  test("gives organisations of one name slugs of their own, also when they come at once", async () => {
    const made = await Promise.all(
      Array.from({ length: 4 }, () => signUp({ ...someone(), tenantName: "One & only" })),
    );
    expect(made.every((one) => one !== undefined)).toBe(true);
    const slugs = (await database.owner`select slug from tenants where name = 'One & only'`).map(
      ({ slug }) => slug,
    );
    expect(new Set(slugs).size).toBe(4);
    expect(slugs).toContain("one-only");
    for (const slug of slugs) expect(slug).toMatch(/^one-only(-[0-9a-f]{8})?$/);
  });

  test("with the address of an account makes nothing, and its owner alone is told", async () => {
    const input = someone();
    const made = await signUp(input);
    await database.owner`delete from graphile_worker._private_jobs`;
    const before = await database.owner`select count(*)::int as tenants from tenants`;
    const again = { ...input, email: ` ${input.email.toUpperCase()}`, password: "another orbit of 2031" };
    expect(await signUp(again)).toBeUndefined();
    expect(await database.owner`select count(*)::int as tenants from tenants`).toEqual(before);
    await expect(checkPassword(sink(), { ...again, request: aRequest })).rejects.toMatchObject({
      code: "invalid_credentials",
    });
    expect(await askedMails(database)).toEqual([{ mail: "account-exists", token: expect.any(String) }]);
    expect((await eventsOf(database, made?.userId ?? "")).at(-1)).toMatchObject({
      action: "auth.signup.refused",
      tenantId: made?.tenantId,
      actor_id: null,
    });
  });

  test("over and over with somebody's address does not flood their mailbox", async () => {
    const input = someone();
    await signUp(input);
    await database.owner`delete from graphile_worker._private_jobs`;
    for (let n = 0; n < 6; n += 1) expect(await signUp(input)).toBeUndefined();
    expect(await askedMails(database)).toHaveLength(3);
  });

  test("twice at once with one address makes one account", async () => {
    const input = someone();
    const made = await Promise.all(Array.from({ length: 5 }, () => signUp(input)));
    expect(made.filter((one) => one !== undefined)).toHaveLength(1);
    const users = await database.owner`select from users where email = ${input.email.toLowerCase()}`;
    expect(users).toHaveLength(1);
  });

  test("with a password that is no good makes nothing", async () => {
    const input = { ...someone(), password: "Password1234" };
    await expect(signUp(input)).rejects.toMatchObject({ errors: [{ path: "password" }] });
    expect(await database.owner`select from users where email = ${input.email.toLowerCase()}`).toHaveLength(
      0,
    );
  });
});

test.each([
  ["Café & Söhne Ltd", "cafe-sohne-ltd"],
  ["  ACME, Inc.  ", "acme-inc"],
  ["日本", "organisation"],
  ["x".repeat(100), "x".repeat(40)],
])("the slug of %j is %s", (name, slug) => {
  expect(slugOf(name)).toBe(slug);
});
