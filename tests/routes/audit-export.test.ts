import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newUuid, toUuid } from "#db/ids.ts";
import { storePastEvents } from "#tests/domain/audit/past-events.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { createRouteTenant, type RouteTenant } from "./api-client.ts";

let server: TestServer;
let tenant: RouteTenant;
let other: RouteTenant;

beforeAll(async () => {
  server = await startTestServer();
  tenant = await createRouteTenant(server.runtime, server.origin);
  other = await createRouteTenant(server.runtime, server.origin);
});
afterAll(() => server.close());

/** A file as a browser gets it: text, whatever it says. */
const download = async (search: string, who = tenant) => {
  const response = await server.fetch(`/dashboard/audit/export?${search}`, {
    headers: { Cookie: await server.signIn(who) },
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

const resultOf = (exportId: string | null, who = tenant) =>
  who.client.get(`/dashboard/audit/exports/${exportId}`);

describe("the export of the audit trail", () => {
  beforeAll(() =>
    storePastEvents(server.database.owner, tenant.tenantId, [
      {
        at: "2026-03-01T00:00:00.000001Z",
        actor: { kind: "agent", id: "agt_1", name: "=cmd|' /C calc'!A0" },
        resource: { type: "agent", id: "agt_2", name: 'Say "hi",\nthen go' },
        correlationId: "exported",
        details: { reason: "@SUM(1)", "n,m": 1 },
      },
      {
        at: "2026-03-01T00:00:00.000002Z",
        correlationId: "exported",
        actor: { kind: "system", id: null, name: null },
      },
    ]),
  );

  test("is CSV as RFC 4180 has it, and no cell of it is a formula", async () => {
    const answer = await download("format=csv&correlationId=exported");
    expect(answer.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
    expect(answer.headers.get("Content-Disposition")).toMatch(
      /^attachment; filename="audit-\d{4}-\d\d-\d\d\.csv"$/,
    );
    const lines = answer.text.split("\r\n");
    expect(lines[0]).toBe(
      "id,tenant_id,timestamp,actor_type,actor_id,actor_name,action,resource_type,resource_id,resource_name,status,request_id,correlation_id,details",
    );
    expect(lines[1]).toMatch(
      /^evt_[^,]+,ten_[^,]+,2026-03-01T00:00:00\.000002Z,system,,,agent\.resumed,agent,agt_past,,success,,exported,\{\}$/,
    );
    const second = lines.slice(2).join("\r\n");
    expect(second).toContain(`,agent,agt_1,'=cmd|' /C calc'!A0,agent.resumed,`);
    expect(second).toContain(',"Say ""hi"",\nthen go",');
    expect(second).toContain('"{""n,m"": 1, ""reason"": ""@SUM(1)""}"');
  });

  test("is JSON and NDJSON of the same events, as the API has them", async () => {
    const logs = (await tenant.client.get("/api/audit/logs?correlationId=exported")).body.logs;
    const json = await download("format=json&correlationId=exported");
    expect(json.headers.get("Content-Type")).toBe("application/json");
    expect(JSON.parse(json.text)).toEqual(logs);
    const ndjson = await download("format=ndjson&correlationId=exported");
    expect(
      ndjson.text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(logs);
  });

  test("of nothing is an empty file of its format", async () => {
    expect((await download("format=json&actor=nobody")).text).toBe("[\n]\n");
    expect((await download("format=ndjson&actor=nobody")).text).toBe("");
    expect((await download("format=csv&action=no.such")).text.trimEnd().split("\r\n")).toHaveLength(1);
  });

  test("is recorded when it begins and when it ends, with the digest of what was sent", async () => {
    const answer = await download("format=csv&correlationId=exported");
    const exportId = answer.headers.get("X-Export-Id");
    const events = await tenant.client.get(`/api/audit/logs?resourceId=${exportId}`);
    const sha256 = createHash("sha256").update(answer.text).digest("hex");
    expect(events.body.logs).toMatchObject([
      {
        action: "audit.export.finished",
        details: { rows: 2, bytes: Buffer.byteLength(answer.text), sha256 },
      },
      {
        action: "audit.export.started",
        actor: { id: tenant.adminId },
        details: { format: "csv", reach: "tenant", filters: { correlationId: "exported" } },
      },
    ]);
    expect(await resultOf(exportId)).toMatchObject({ status: 200, body: { rows: 2, sha256 } });
    expect((await resultOf(exportId, other)).status).toBe(404);
    expect((await resultOf(newUuid())).status).toBe(404);
  });

  test("streams twelve thousand events, each once, and says so when its reader goes before the end", async () => {
    const many = await createRouteTenant(server.runtime, server.origin);
    await server.database.owner`select ensure_audit_partition('2026-02-01')`;
    await server.database.owner`
      insert into audit_events (tenant_id, id, occurred_at, actor_kind, actor_id, action, resource_type, resource_id,
        status, details)
      select ${toUuid(many.tenantId)}, gen_random_uuid(), '2026-02-01'::timestamptz + n / 3 * interval '1 second',
        'agent', 'agt_1', 'message.sent', 'message', 'msg_' || n, 'success',
        jsonb_build_object('n', n, 'text', repeat('x', 900))
      from generate_series(1, 12000) n`;
    const answer = await download("format=ndjson&action=message.sent", many);
    const ns = answer.text
      .trimEnd()
      .split("\n")
      .map((line) => Number(JSON.parse(line).details.n));
    expect(ns).toHaveLength(12_000);
    expect(new Set(ns).size).toBe(12_000);
    const filtered = await download("format=ndjson&text=xxxx&actorKind=agent", many);
    expect(filtered.text.trimEnd().split("\n")).toHaveLength(12_000);

    const leaving = new AbortController();
    const response = await server.fetch("/dashboard/audit/export?format=json", {
      headers: { Cookie: await server.signIn(many), "Accept-Encoding": "identity" },
      signal: leaving.signal,
    });
    await response.body?.getReader().read();
    leaving.abort();
    const exportId = response.headers.get("X-Export-Id");
    await expect
      .poll(async () => (await many.client.get(`/api/audit/logs?resourceId=${exportId}`)).body.logs)
      .toMatchObject([{ action: "audit.export.broken_off", status: "failure" }, {}]);
  });

  test("has nothing of another tenant, and is refused to who lacks the right", async () => {
    const theirs = await download("format=ndjson&correlationId=exported", other);
    expect(theirs).toMatchObject({ status: 200, text: "" });
    await server.database.owner`
      update memberships set role = 'member' where user_id = ${toUuid(other.adminId)}`;
    for (const path of [
      "/dashboard/audit/export?format=csv",
      "/dashboard/audit/volume",
      "/dashboard/audit/new?since=0-00000000000000000000000000",
    ])
      expect((await other.client.get(path)).status, path).toBe(403);
    expect((await other.client.get("/dashboard/audit")).status).toBe(403);
    expect((await download("format=exe")).status).toBe(400);
    const agent = await tenant.addAgent("No page");
    expect((await agent.client.get("/dashboard/audit/export?format=csv")).status).toBe(403);
  });
});

describe("the page of the audit trail", () => {
  test("counts what is newer than it", async () => {
    const fresh = await createRouteTenant(server.runtime, server.origin);
    const page = await fresh.client.get("/api/audit/logs?limit=1&action=agent.");
    expect(page.body.logs).toEqual([]);
    const ask = () =>
      fresh.client.get("/dashboard/audit/new?since=0-00000000000000000000000000&action=agent.");
    expect(await ask()).toMatchObject({ status: 200, body: { count: 0, isExact: true } });
    await fresh.addAgent("One");
    expect(await ask()).toMatchObject({ body: { count: 1, isExact: true } });
  });

  test("tells how many events there are over the time, counted or about", async () => {
    const counted = await tenant.client.get(
      "/dashboard/audit/volume?from=2026-02-28T00:00:00Z&to=2026-03-02T00:00:00Z&correlationId=exported",
    );
    const { volume } = counted.body as { volume: { points: { count: number }[]; isEstimate: boolean } };
    expect(volume.isEstimate).toBe(false);
    expect(volume.points).toHaveLength(48);
    expect(volume.points[24]?.count).toBe(2);
    const crowd = await createRouteTenant(server.runtime, server.origin);
    await server.database.owner`
      insert into audit_events (tenant_id, id, occurred_at, actor_kind, action, resource_type, status)
      select ${toUuid(crowd.tenantId)}, gen_random_uuid(), '2026-02-10'::timestamptz + n * interval '1 second',
        'agent', case when n % 2 = 0 then 'message.sent' else 'message.expired' end, 'message', 'success'
      from generate_series(0, 86399) n`;
    for (const [search, expected] of [
      ["", 86_400],
      ["&action=message.sent", 43_200],
      ["&actorKind=agent&text=expired", 43_200],
    ] as const) {
      const estimated = await crowd.client.get(
        `/dashboard/audit/volume?from=2026-02-10T00:00:00Z&to=2026-02-11T00:00:00Z${search}`,
      );
      const about = (estimated.body as { volume: typeof volume }).volume;
      expect(about.isEstimate).toBe(true);
      const total = about.points.reduce((sum, { count }) => sum + count, 0);
      expect(total / expected).toBeGreaterThan(0.95);
      expect(total / expected).toBeLessThan(1.05);
    }
  });
});
