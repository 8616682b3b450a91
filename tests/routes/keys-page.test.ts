import { afterAll, beforeAll, expect, test } from "vitest";
import { newId, toUuid } from "#db/ids.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { apiClient, bearer, createRouteTenant, type RouteTenant } from "./api-client.ts";

let server: TestServer;
let tenant: RouteTenant;

beforeAll(async () => {
  server = await startTestServer();
  tenant = await createRouteTenant(server.runtime, server.origin);
});
afterAll(() => server.close());

const path = "/dashboard/settings/keys";
const post = (fields: [string, string][], who = tenant) =>
  who.client.raw(path, { method: "POST", body: new URLSearchParams(fields) });

test("the page lists the keys of the tenant, agents' and services', and no key itself", async () => {
  const agent = await tenant.addAgent("Listed agent");
  const page = await tenant.client.get(path);
  expect(page.status).toBe(200);
  expect(page.text).toContain("Listed agent");
  expect(page.text).not.toContain(agent.key);
  const theirs = await createRouteTenant(server.runtime, server.origin);
  expect((await theirs.client.get(path)).text).not.toContain("Listed agent");
});

test("its form makes a service's key with the rights that were checked, shown in that answer alone", async () => {
  const answer = await post([
    ["intent", "create"],
    ["name", "By form"],
    ["scopes", "messages:read"],
    ["scopes", "activity:read"],
    ["expiresInDays", "30"],
  ]);
  expect(answer.status).toBe(200);
  const key = /sb_[0-9A-Za-z]{38}/.exec(answer.text)?.[0] ?? "";
  const me = await apiClient(server.origin, bearer(key)).get("/api/auth/me");
  expect(me.body).toMatchObject({
    actor: { kind: "service", name: "By form" },
    scopes: ["messages:read", "activity:read"],
  });
  expect((await tenant.client.get(path)).text).not.toContain(key);
  const [row] = await server.database.owner`
    select round(extract(epoch from expires_at - created_at) / 86400)::int as days from api_keys where name = 'By form'
  `;
  expect(row).toEqual({ days: 30 });
});

test.each([
  ["no right", [], "Choose at least one."],
  ["a right that there is not", [["scopes", "everything"]], "Invalid option"],
  ["the service's administration", [["scopes", "tenants:admin"]], "Invalid option"],
] as [string, [string, string][], string][])("its form with %s says so", async (_, scopes, sentence) => {
  const answer = await post([["intent", "create"], ["name", "Wrong"], ["expiresInDays", ""], ...scopes]);
  expect(answer.status).toBe(400);
  expect(answer.text).toContain(sentence);
});

test("another tenant's key is not there to be revoked", async () => {
  const theirs = await createRouteTenant(server.runtime, server.origin);
  const { keyId } = await theirs.addAgent("Theirs");
  const statuses = [];
  for (const id of [keyId, newId("key")])
    statuses.push(
      (
        await post([
          ["intent", "revoke"],
          ["keyId", id],
        ])
      ).status,
    );
  expect(statuses).toEqual([404, 404]);
  const [row] = await server.database.owner`select revoked_at from api_keys where id = ${toUuid(keyId)}`;
  expect(row).toEqual({ revoked_at: null });
});

test("a member may not see it, nor post its form", async () => {
  const who = await createRouteTenant(server.runtime, server.origin);
  await server.database
    .owner`update memberships set role = 'member' where id = ${toUuid(who.admin.membershipId)}`;
  expect((await who.client.get(path)).status).toBe(403);
  expect(
    (
      await post(
        [
          ["intent", "create"],
          ["name", "x"],
        ],
        who,
      )
    ).status,
  ).toBe(403);
});
