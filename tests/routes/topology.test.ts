import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { insertMembership, insertUser } from "#app/domain/auth/create-tenant.server.ts";
import { hashPassword } from "#app/domain/auth/password.server.ts";
import { newId, newUuid, toUuid } from "#db/ids.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import {
  type ApiClient,
  apiClient,
  createRouteTenant,
  type RouteAgent,
  type RouteTenant,
} from "./api-client.ts";

let server: TestServer;
let mine: RouteTenant;
let theirs: RouteTenant;
let first: RouteAgent;
let second: RouteAgent;
let foreign: RouteAgent;

beforeAll(async () => {
  server = await startTestServer();
  mine = await createRouteTenant(server.runtime, server.origin);
  theirs = await createRouteTenant(server.runtime, server.origin);
  first = await mine.addAgent("First");
  second = await mine.addAgent("Second");
  foreign = await theirs.addAgent("Secret project");
});
afterAll(() => server.close());

const post = (client: ApiClient, path: string, fields: Record<string, string>) =>
  client.raw(path, { method: "POST", body: new URLSearchParams(fields) });
const edges = () => server.database.owner`
  select sender_id, recipient_id from allowlist_edges where tenant_id = ${toUuid(mine.tenantId)}`;

/** A person who may look and not change. */
async function memberClient(): Promise<ApiClient> {
  const email = `${newUuid()}@member.example`;
  const password = "correct horse battery staple";
  const passwordHash = await hashPassword(password);
  await server.runtime.db.asSystem(async (tx) => {
    const person = { email, name: "Mia Member", passwordHash, platformAdmin: false, request: null };
    const userId = await insertUser(tx, mine.admin, person);
    await insertMembership(tx, mine.admin, { userId, role: "member", request: null });
  });
  return apiClient(server.origin, {
    Cookie: await server.signIn({ email, password }),
    Origin: server.origin,
  });
}

const topology = "/dashboard/topology";
const allowlist = () => `/dashboard/allowlist?agent=${first.id}`;

describe("an edge to an agent of another tenant is as absent as one to none", () => {
  test.each<[string, (id: string) => [string, Record<string, string>]]>([
    ["allowed in the topology", (id) => [topology, { intent: "allow", senderId: first.id, recipientId: id }]],
    [
      "revoked in the topology",
      (id) => [topology, { intent: "revoke", senderId: id, recipientId: first.id }],
    ],
    ["allowed in the lists", (id) => [allowlist(), { intent: "allow", recipientId: id }]],
    ["taken from the lists", (id) => [allowlist(), { intent: "disallow-sender", senderId: id }]],
    [
      "with all others",
      (id) => [`/dashboard/allowlist?agent=${id}`, { intent: "set-all", side: "sender", allowed: "true" }],
    ],
  ])("%s", async (_, form) => {
    for (const id of [foreign.id, newId("agt")]) {
      const answer = await post(mine.client, ...form(id));
      expect(answer.status).toBe(404);
      expect(answer.text).toContain("It does not exist, or it is not yours to see.");
      expect(answer.text).not.toContain("Secret project");
    }
    expect(await edges()).toEqual([]);
  });

  test("and neither page shows it", async () => {
    for (const path of [`${topology}?agent=${foreign.id}`, `/dashboard/allowlist?agent=${foreign.id}`]) {
      const { status, text } = await mine.client.get(path);
      expect(status).toBe(200);
      expect(text).toContain("First");
      expect(text).not.toContain("Secret project");
    }
  });
});

describe("what is not right", () => {
  test.each<[string, () => [string, Record<string, string>], string]>([
    ["an id", () => [topology, { intent: "allow", senderId: "x", recipientId: first.id }], "senderId"],
    [
      "an intent",
      () => [topology, { intent: "explode", senderId: first.id, recipientId: second.id }],
      "intent",
    ],
    [
      "an edge to itself",
      () => [topology, { intent: "allow", senderId: first.id, recipientId: first.id }],
      "",
    ],
    ["a side", () => [allowlist(), { intent: "set-all", side: "up", allowed: "true" }], "side"],
    ["no agent", () => ["/dashboard/allowlist", { intent: "allow", recipientId: first.id }], "query.agent"],
  ])("%s is a 400 that names it", async (_, form, field) => {
    const { status, text } = await post(mine.client, ...form());
    expect(status).toBe(400);
    expect(text).toContain(field);
    expect(await edges()).toEqual([]);
  });

  test("a window that there is not is a 400", async () => {
    expect((await mine.client.get(`${topology}?window=2y`)).status).toBe(400);
  });
});

test("a member looks and changes nothing", async () => {
  const member = await memberClient();
  for (const path of [topology, allowlist()]) {
    const { status, text } = await member.get(path);
    expect(status).toBe(200);
    expect(text).toContain("First");
  }
  const { text } = await member.get(allowlist());
  expect(text).toContain('aria-readonly="true"');
  expect(text).not.toContain("Allow to send to all");
  const ends = { senderId: first.id, recipientId: second.id };
  expect((await post(member, topology, { intent: "allow", ...ends })).status).toBe(403);
  expect(
    (await post(member, allowlist(), { intent: "set-all", side: "sender", allowed: "true" })).status,
  ).toBe(403);
  expect(await edges()).toEqual([]);
});

test("an admin allows and revokes by plain forms", async () => {
  const ends = { senderId: first.id, recipientId: second.id };
  expect((await post(mine.client, topology, { intent: "allow", ...ends })).status).toBe(200);
  expect(await edges()).toHaveLength(1);
  expect((await post(mine.client, topology, { intent: "revoke", ...ends })).status).toBe(200);
  expect(await edges()).toEqual([]);
  const all = { intent: "set-all", side: "recipient" };
  expect((await post(mine.client, allowlist(), { ...all, allowed: "true" })).status).toBe(200);
  expect(await edges()).toEqual([{ sender_id: toUuid(second.id), recipient_id: toUuid(first.id) }]);
  expect((await post(mine.client, allowlist(), { ...all, allowed: "false" })).status).toBe(200);
  expect(await edges()).toEqual([]);
});
