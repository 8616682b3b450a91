import { createHash, createPublicKey, verify } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { anchorSeals } from "#app/domain/integrity/anchor-seals.server.ts";
import { rootFromPath } from "#app/domain/integrity/merkle.ts";
import { runVerification } from "#app/domain/integrity/run-verification.server.ts";
import type { EventProof, VerificationView } from "#app/domain/integrity/schema.ts";
import { sealEvents } from "#app/domain/integrity/seal-events.server.ts";
import { newId, parseId, toTypeId, toUuid } from "#db/ids.ts";
import { settled } from "#tests/domain/integrity/trail-fixture.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { createRouteTenant, type RouteAgent, type RouteTenant } from "./api-client.ts";

let server: TestServer;
let tenant: RouteTenant;
let agent: RouteAgent;

beforeAll(async () => {
  server = await startTestServer();
  tenant = await createRouteTenant(server.runtime, server.origin);
  agent = await tenant.addAgent("Sealed", { scopes: ["activity:read"] });
});
afterAll(() => server.close());

/** What the worker does each minute. */
async function seal(): Promise<void> {
  const { db, trail } = server.runtime;
  await settled(server.database.owner);
  await sealEvents(db, trail.secrets);
  await anchorSeals(db, trail.store);
}

const newestEvent = async (tenantId: string = tenant.tenantId): Promise<string> => {
  const [row] = await server.database.owner<{ id: string }[]>`
    select id from audit_events where tenant_id = ${toUuid(parseId(tenantId, "ten") ?? newId("ten"))}
    order by occurred_at desc limit 1`;
  return toTypeId("evt", row?.id ?? "");
};

test("seals are listed newest first, and each can be checked with its key", async () => {
  await seal();
  await tenant.addAgent("Another");
  await seal();
  const { body } = await agent.client.get("/api/audit/seals?limit=1");
  expect(body).toMatchObject({ seals: [{ sequence: 2, isArchived: false }], nextCursor: "2" });
  const older = await agent.client.get("/api/audit/seals?limit=1&cursor=2");
  expect(older.body).toMatchObject({ seals: [{ sequence: 1, previous: null }], nextCursor: null });
  const { body: detail } = await agent.client.get("/api/audit/seals/2");
  const [statement, signature, publicKey] = [detail.statement, detail.signature, detail.publicKey].map(
    String,
  );
  const isValid = verify(
    null,
    Buffer.from(statement ?? ""),
    createPublicKey(publicKey ?? ""),
    Buffer.from(signature ?? "", "base64"),
  );
  expect(isValid).toBe(true);
  expect(JSON.parse(statement ?? "")).toMatchObject({ sequence: 2, tenant: tenant.tenantId });
  expect((await agent.client.get("/api/audit/keys")).body).toMatchObject({
    keys: [{ kid: detail.kid, publicKey, isRetired: false }],
  });
});

test("an event is proven to be among those that were sealed", async () => {
  await seal();
  const eventId = await newestEvent();
  const answer = await agent.client.get(`/api/audit/logs/${eventId}/proof`);
  expect(answer.status).toBe(200);
  const proof = JSON.parse(answer.text) as EventProof;
  expect(JSON.parse(proof.eventText)).toContain(eventId);
  const leaf = createHash("sha256").update(`\0${proof.eventText}`).digest();
  expect(leaf.toString("hex")).toBe(proof.leafHash);
  const path = proof.path.map((hash) => Buffer.from(hash, "hex"));
  expect(rootFromPath(leaf, proof.leafIndex, proof.treeSize, path)?.toString("hex")).toBe(proof.seal.root);
});

test("an event that is not sealed yet has no proof yet", async () => {
  await tenant.addAgent("Fresh");
  const answer = await agent.client.get(`/api/audit/logs/${await newestEvent()}/proof`);
  expect(answer.status).toBe(409);
  expect(answer.headers.get("Retry-After")).toBe("60");
});

test("a check is asked for, followed, and tells what it found", async () => {
  await seal();
  const asked = await tenant.client.post("/api/audit/verify");
  expect(asked.status).toBe(202);
  expect(asked.body).toMatchObject({ state: "waiting", requestedBy: "Ada Admin", findings: [] });
  // While it waits, another would find the same.
  expect((await agent.client.post("/api/audit/verify")).body.id).toBe(asked.body.id);
  const { db, trail } = server.runtime;
  const id = parseId(asked.body.id, "vrf") ?? newId("vrf");
  const options = { tenantUuid: toUuid(tenant.tenantId), verificationUuid: toUuid(id) };
  await runVerification(db, trail.store, options);
  const done = await tenant.client.get(asked.headers.get("Location") ?? "");
  expect(done.body).toMatchObject({ state: "intact", damages: 0, error: null });
  expect((done.body as unknown as VerificationView).events).toBeGreaterThan(3);
  expect(await runVerification(db, trail.store, options)).toBeUndefined();
  const actions = await server.database.owner<{ action: string; status: string }[]>`
    select action, status from audit_events where resource_id = ${id} order by occurred_at`;
  expect(actions).toEqual([
    { action: "audit.verification.requested", status: "success" },
    { action: "audit.verified", status: "success" },
  ]);
});

test("damage is told with its place", async () => {
  await seal();
  const eventId = await newestEvent();
  const event = toUuid(parseId(eventId, "evt") ?? newId("evt"));
  await server.database.owner`update audit_events set status = 'denied' where id = ${event}`;
  const asked = await tenant.client.post("/api/audit/verify");
  const id = parseId(asked.body.id, "vrf") ?? newId("vrf");
  const options = { tenantUuid: toUuid(tenant.tenantId), verificationUuid: toUuid(id) };
  await runVerification(server.runtime.db, server.runtime.trail.store, options);
  expect((await tenant.client.get(`/api/audit/verify/${id}`)).body).toMatchObject({
    state: "damaged",
    damages: 1,
    findings: [{ kind: "changed", eventId }],
  });
  await server.database.owner`update audit_events set status = 'success' where id = ${event}`;
});

test("another tenant's events, seals and checks are as absent as none", async () => {
  const other = await createRouteTenant(server.runtime, server.origin);
  await seal();
  const asked = await tenant.client.post("/api/audit/verify");
  const headers = { "X-Request-Id": "isolation-probe" };
  const pairs = [
    [`/api/audit/logs/${await newestEvent()}/proof`, `/api/audit/logs/${newId("evt")}/proof`],
    ["/api/audit/seals/2", "/api/audit/seals/999"],
    [`/api/audit/verify/${String(asked.body.id)}`, `/api/audit/verify/${newId("vrf")}`],
  ] as const;
  for (const [foreign, absent] of pairs) {
    const [theirs, nobodys] = [
      await other.client.get(foreign, headers),
      await other.client.get(absent, headers),
    ];
    expect(theirs.status, foreign).toBe(404);
    expect(theirs.text).toBe(nobodys.text);
  }
  expect((await other.client.get("/api/audit/seals")).body.seals).toHaveLength(1);
});

test("without the right to read the trail there is nothing", async () => {
  const { client } = await tenant.addAgent("Blind");
  for (const path of [
    "/api/audit/seals",
    "/api/audit/seals/1",
    "/api/audit/keys",
    `/api/audit/verify/${newId("vrf")}`,
  ])
    expect((await client.get(path)).status, path).toBe(403);
  expect((await client.post("/api/audit/verify")).status).toBe(403);
});

test.each([
  ["/api/audit/seals?limit=0", "query.limit"],
  ["/api/audit/seals?cursor=-1", "query.cursor"],
  ["/api/audit/seals?cursor=99999999999999999999", "query.cursor"],
  ["/api/audit/seals?page=2", "query.page"],
])("%s is refused with the field's name", async (path, field) => {
  const answer = await tenant.client.get(path);
  expect(answer.status).toBe(400);
  expect(answer.body.errors).toMatchObject([{ path: field }]);
});

test.each([
  "/api/audit/seals/0",
  "/api/audit/seals/x",
  "/api/audit/logs/evt_1/proof",
  "/api/audit/verify/vrf_x",
])("%s is no address of anything", async (path) => {
  expect([400, 404]).toContain((await tenant.client.get(path)).status);
});
