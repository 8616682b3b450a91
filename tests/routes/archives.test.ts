import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runRetention } from "#app/domain/integrity/archive/run-retention.server.ts";
import { verifyArchive } from "#app/domain/integrity/archive/verify-archive.server.ts";
import { DamageLog } from "#app/domain/integrity/damage-log.ts";
import { sealEvents } from "#app/domain/integrity/seal-events.server.ts";
import { listSealKeys } from "#app/domain/integrity/seal-keys.server.ts";
import { keepSessionToken } from "#app/http/session-cookie.server.ts";
import { newId, toUuid } from "#db/ids.ts";
import { settled } from "#tests/domain/integrity/trail-fixture.ts";
import { addMember } from "#tests/setup/add-member.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { apiClient, createRouteTenant, type RouteAgent, type RouteTenant } from "./api-client.ts";

const run = promisify(execFile);

let server: TestServer;
let tenant: RouteTenant;
let agent: RouteAgent;
let archiveId: string;

beforeAll(async () => {
  server = await startTestServer();
  tenant = await createRouteTenant(server.runtime, server.origin);
  agent = await tenant.addAgent("Archived", { scopes: ["activity:read"] });
  const { owner } = server.database;
  await owner`select ensure_audit_partition((now() - interval '100 days')::date)`;
  await owner`
    update audit_events set occurred_at = occurred_at - interval '100 days'
    where tenant_id = ${toUuid(tenant.tenantId)}`;
  const { db, trail } = server.runtime;
  await settled(owner);
  await sealEvents(db, trail.secrets);
  await runRetention(db, trail);
  const { body } = await agent.client.get("/api/audit/archives");
  archiveId = String((body.archives as { id: string }[])[0]?.id);
});
afterAll(() => server.close());

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();

test("archives are listed with what they hold", async () => {
  const { body } = await agent.client.get("/api/audit/archives");
  expect(body).toMatchObject({
    archives: [
      { state: "stored", firstSeal: 1, lastSeal: 1, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ],
    nextCursor: null,
  });
});

test("a stretch of time is read back from cold storage, page by page", async () => {
  const read = (query: string) =>
    agent.client.get(`/api/audit/archives/events?from=${daysAgo(101)}&to=${daysAgo(99)}&limit=2${query}`);
  const ids: string[] = [];
  let cursor: unknown = "";
  do {
    const { status, body } = await read(cursor === "" ? "" : `&cursor=${String(cursor)}`);
    expect(status).toBe(200);
    ids.push(...(body.logs as { id: string }[]).map(({ id }) => id));
    cursor = body.nextCursor;
  } while (cursor !== null);
  const { body } = await agent.client.get("/api/audit/archives");
  expect(ids).toHaveLength((body.archives as { events: number }[])[0]?.events ?? 0);
  expect(new Set(ids).size).toBe(ids.length);
  const none = await agent.client.get(`/api/audit/archives/events?from=${daysAgo(9)}&to=${daysAgo(1)}`);
  expect(none.body).toEqual({ logs: [], nextCursor: null });
  const [first] = (await read("")).body.logs as Record<string, unknown>[];
  expect(first).toMatchObject({
    action: expect.any(String),
    actor: { type: expect.any(String) },
    resource: { type: expect.any(String) },
    details: expect.any(Object),
  });
});

test("an archive's file is checked by the command line with the public key alone, and a changed one is refused", async () => {
  const folder = await mkdtemp(join(tmpdir(), "signalbox-file-"));
  try {
    const response = await server.fetch(`/api/audit/archives/${archiveId}/file`, {
      headers: { Authorization: `Bearer ${agent.key}` },
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const [file, key] = [join(folder, "a.ndjson.gz"), join(folder, "key.pem")];
    const { body } = await agent.client.get("/api/audit/keys");
    await writeFile(key, (body.keys as { publicKey: string }[])[0]?.publicKey ?? "");
    await writeFile(file, bytes);
    const check = () =>
      run(process.execPath, ["--import", "tsx", "scripts/audit-verify.ts", "--file", file, "--key", key]);
    expect((await check()).stdout).toMatch(/intact/);
    await writeFile(file, bytes.subarray(0, bytes.length - 40));
    await expect(check()).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/DAMAGED.*\n.*line \d+/),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("that somebody took the file is recorded", async () => {
  const { body } = await agent.client.get("/api/audit/logs?action=audit.archive.downloaded");
  expect(body.logs).toMatchObject([
    {
      actor: { id: agent.id },
      resource: { type: "archive", id: archiveId },
      details: { events: expect.any(Number) },
    },
  ]);
});

describe("what somebody wrote who was erased since", () => {
  const range = `from=${daysAgo(101)}&to=${daysAgo(99)}`;

  /** Everything of the tenant so far, moved back in time and archived. */
  async function archived({ tenantId, client }: RouteTenant): Promise<{ id: string; stored: string }> {
    const { runtime, database } = server;
    const tenantUuid = toUuid(tenantId);
    await database.owner`select ensure_audit_partition((now() - interval '100 days')::date)`;
    await database.owner`
      update audit_events set occurred_at = occurred_at - interval '100 days' where tenant_id = ${tenantUuid}`;
    await settled(database.owner);
    await sealEvents(runtime.db, runtime.trail.secrets);
    await runRetention(runtime.db, runtime.trail);
    const [{ id } = { id: "" }] = (await client.get("/api/audit/archives")).body.archives as { id: string }[];
    const [file] = await database.owner<{ file: string }[]>`
      select file from audit_archives where tenant_id = ${tenantUuid} order by first_sequence limit 1`;
    const content = await runtime.trail.store.open(file?.file ?? "");
    if (content === undefined) throw new Error("There is no such file");
    return { id, stored: gunzipSync(await buffer(content)).toString() };
  }

  async function download(who: RouteTenant, id: string): Promise<Buffer> {
    const headers = { Cookie: await server.signIn(who) };
    const response = await server.fetch(`/api/audit/archives/${id}/file`, { headers });
    return Buffer.from(await response.arrayBuffer());
  }

  test("is in the file that is taken and in what is read back no more, and it verifies", async () => {
    const { db } = server.runtime;
    const person = await createRouteTenant(server.runtime, server.origin);
    await person.client.patch("/api/audit/retention", { hold: { reason: "What Ada wrote" } });
    const { id } = await archived(person);
    const read = async () => (await person.client.get(`/api/audit/archives/events?${range}`)).text;
    expect(await read()).toContain("What Ada wrote");
    expect(await read()).toContain("Ada Admin");
    const asked = { subjectId: person.admin.membershipId, reason: "She asked" };
    expect((await person.client.post("/api/erasures", asked)).status).toBe(202);
    expect(await read()).not.toMatch(/What Ada wrote|Ada Admin/);
    expect(await read()).toContain("audit.hold.placed");
    const file = await download(person, id);
    expect(gunzipSync(file).toString()).not.toMatch(/What Ada wrote|Ada Admin/);
    const keys = await db.withSql(listSealKeys, { readOnly: true });
    const damages = new DamageLog();
    const content = await verifyArchive(Readable.from([file]), {
      ...{ file: "a.ndjson.gz", damages },
      keys: new Map(keys.map(({ kid, publicKey }) => [kid, publicKey])),
    });
    expect(damages.findings).toEqual([]);
    expect(content.erased).toBeGreaterThan(0);
  });

  test("stays away when the person has left, and the event of that has left the table", async () => {
    const { runtime, origin, database } = server;
    const from = await createRouteTenant(runtime, origin);
    const grace = await addMember(runtime.db, from.admin, "tenant_admin", { name: "Grace Hopper" });
    const cookie = (await keepSessionToken(grace.token, { runtime })).split(";")[0] ?? "";
    const client = apiClient(origin, { Cookie: cookie, Origin: origin });
    await client.patch("/api/audit/retention", { hold: { reason: "What Grace wrote" } });
    const asked = { subjectId: grace.actor.membershipId, reason: "She asked" };
    expect((await from.client.post("/api/erasures", asked)).status).toBe(202);
    expect((await from.client.delete(`/api/members/${grace.actor.membershipId}`)).status).toBe(204);
    const { id, stored } = await archived(from);
    expect(stored).toContain("What Grace wrote");
    expect(stored).toContain("membership.removed");
    const left = await database.owner`
      select from audit_events where tenant_id = ${toUuid(from.tenantId)} and action = 'membership.removed'`;
    expect(left).toHaveLength(0);
    const { text } = await from.client.get(`/api/audit/archives/events?${range}`);
    expect(text).toContain("audit.hold.placed");
    expect(text).not.toMatch(/What Grace wrote|Grace Hopper/);
    expect(gunzipSync(await download(from, id)).toString()).not.toMatch(/What Grace wrote|Grace Hopper/);
  });
});

test("the command line checks database and archives of everybody, and says what is damaged", async () => {
  const env = {
    ...process.env,
    DATABASE_URL: server.database.ownerUrl,
    SIGNALBOX_SECRET_KEY: server.runtime.env.secretKey,
    SIGNALBOX_DATA_DIR: server.runtime.env.dataDir,
  };
  const check = (...args: string[]) =>
    run(process.execPath, ["--import", "tsx", "scripts/audit-verify.ts", ...args], { env });
  expect((await check()).stdout).toMatch(/[123] archives/);
  expect((await check("--tenant", tenant.tenantId, "--only", "archives")).stdout).toMatch(/^\S+: intact/);
  await expect(check("--tenant", "nobody")).rejects.toMatchObject({ code: 2 });
  const tenantUuid = toUuid(tenant.tenantId);
  await server.database.owner`
    update audit_archives set sha256 = set_byte(sha256, 0, 255 - get_byte(sha256, 0)) where tenant_id = ${tenantUuid}`;
  await expect(check()).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/not the one that was written/),
  });
  await server.database.owner`
    update audit_archives set sha256 = set_byte(sha256, 0, 255 - get_byte(sha256, 0)) where tenant_id = ${tenantUuid}`;
});

describe("retention of the trail", () => {
  test("is read, changed and held, each change recorded", async () => {
    expect((await agent.client.get("/api/audit/retention")).body).toMatchObject({
      ...{ hotDays: 90, coldDays: 365, hold: null },
      lastRunAt: expect.any(String),
      runs: [{ archives: 1, error: null }],
    });
    const changed = await tenant.client.patch("/api/audit/retention", { hotDays: 60, coldDays: 700 });
    expect(changed.body).toMatchObject({ hotDays: 60, coldDays: 700 });
    const held = await tenant.client.patch("/api/audit/retention", { hold: { reason: "A claim" } });
    expect(held.body).toMatchObject({ hotDays: 60, hold: { reason: "A claim", placedBy: "Ada Admin" } });
    expect((await tenant.client.patch("/api/audit/retention", { hold: null })).body).toMatchObject({
      hold: null,
    });
    const actions = await server.database.owner<{ action: string }[]>`
      select action from audit_events where tenant_id = ${toUuid(tenant.tenantId)}
        and action ~ '^audit\\.(retention|hold)' order by occurred_at, id`;
    expect(actions.map(({ action }) => action)).toEqual([
      "audit.retention.changed",
      "audit.hold.placed",
      "audit.hold.released",
    ]);
  });

  test.each([
    [{ hotDays: 29 }, "hotDays"],
    [{ hotDays: 366 }, "hotDays"],
    [{ coldDays: 2_556 }, "coldDays"],
    [{ coldDays: 90.5 }, "coldDays"],
    [{}, "hotDays"],
    [{ hold: { reason: " " } }, "hold.reason"],
    [{ hotDays: 60, days: 3 }, "days"],
  ])("%j is refused with the field's name", async (body, field) => {
    const answer = await tenant.client.patch("/api/audit/retention", body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ path: field }]);
  });

  test("is changed by admins and by no key", async () => {
    const { client } = await tenant.addAgent("Key", { scopes: ["activity:read", "tenant:write"] });
    expect((await client.patch("/api/audit/retention", { hotDays: 60 })).status).toBe(403);
    expect((await agent.client.patch("/api/audit/retention", { hotDays: 60 })).status).toBe(403);
  });
});

test("another tenant's archives are as absent as none", async () => {
  const other = await createRouteTenant(server.runtime, server.origin);
  const headers = { "X-Request-Id": "isolation-probe" };
  const [theirs, nobodys] = [
    await other.client.get(`/api/audit/archives/${archiveId}/file`, headers),
    await other.client.get(`/api/audit/archives/${newId("arc")}/file`, headers),
  ];
  expect(theirs.status).toBe(404);
  expect(theirs.text).toBe(nobodys.text);
  expect((await other.client.get("/api/audit/archives")).body).toEqual({ archives: [], nextCursor: null });
  const range = `from=${daysAgo(200)}&to=${daysAgo(0)}`;
  expect((await other.client.get(`/api/audit/archives/events?${range}`)).body).toEqual({
    logs: [],
    nextCursor: null,
  });
});

test.each([
  ["/api/audit/archives?limit=101", "query.limit"],
  ["/api/audit/archives?cursor=x", "query.cursor"],
  ["/api/audit/archives/events?from=2026-01-01T00:00:00Z", "query.to"],
  ["/api/audit/archives/events?from=yesterday&to=2026-01-01T00:00:00Z", "query.from"],
  ["/api/audit/archives/events?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", "query.from"],
  ["/api/audit/archives/events?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z&cursor=1", "query.cursor"],
])("%s is refused with the field's name", async (path, field) => {
  const answer = await tenant.client.get(path);
  expect(answer.status).toBe(400);
  expect(answer.body.errors).toMatchObject([{ path: field }]);
});

test("the figures of the trail are in the metrics", async () => {
  const text = await (await server.fetch("/metrics")).text();
  expect(text).toMatch(/signalbox_audit_lag_seconds\{of="seal"\} \d/);
  expect(text).toMatch(/signalbox_audit_lag_seconds\{of="retention"\} 0/);
  expect(text).toMatch(/signalbox_audit_retention_recent\{figure="archived_events"\} [1-9]/);
});
