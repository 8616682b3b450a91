import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId, toUuid } from "#db/ids.ts";
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
  for (const { tenantId } of [tenant, other])
    await storePastEvents(
      server.database.owner,
      tenantId,
      [1, 2, 3].map((n) => ({ at: `2026-03-0${n}T00:00:00Z`, correlationId: "three" })),
    );
});
afterAll(() => server.close());

describe("GET /api/audit/logs", () => {
  test("gives a page, and by its cursor what follows", async () => {
    const first = await tenant.client.get("/api/audit/logs?correlationId=three&limit=2");
    expect(first).toMatchObject({
      status: 200,
      body: {
        logs: [{ timestamp: "2026-03-03T00:00:00.000000Z" }, { timestamp: "2026-03-02T00:00:00.000000Z" }],
        pagination: { total: 3, totalIsExact: true, page: 1, limit: 2 },
      },
    });
    const { nextCursor } = first.body.pagination as { nextCursor: string };
    const second = await tenant.client.get(
      `/api/audit/logs?correlationId=three&limit=2&cursor=${nextCursor}`,
    );
    expect(second).toMatchObject({
      status: 200,
      body: {
        logs: [{ timestamp: "2026-03-01T00:00:00.000000Z" }],
        pagination: { page: null, nextCursor: null },
      },
    });
    const byPage = await tenant.client.get("/api/audit/logs?correlationId=three&limit=2&page=2");
    expect(byPage.body.logs).toEqual(second.body.logs);
  });

  test.each([
    ["page=202", "query.page"],
    ["page=0", "query.page"],
    ["page=99999999999999999999", "query.page"],
    ["limit=101", "query.limit"],
    ["limit=0", "query.limit"],
    ["cursor=abc", "query.cursor"],
    ["cursor=99999999999999999-01h455vb4pex5vsknk084sn02q", "query.cursor"],
    ["cursor=1-01h455vb4pex5vsknk084sn02q&page=2", "query.cursor"],
    ["action=Auth.*", "query.action"],
    ["actorKind=robot", "query.actorKind"],
    ["status=great", "query.status"],
    ["resourceType=%25", "query.resourceType"],
    ["from=yesterday", "query.from"],
    ["from=2026-02-30T00:00:00Z", "query.from"],
    ["from=0000-01-01T00:00:00Z", "query.from"],
    ["from=2026-01-01T00:00:00%2B23:00", "query.from"],
    ["to=9999-12-31T23:59:59-10:00", "query.to"],
    ["from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", "query.to"],
    ["text=%00", "query.text"],
    ["text=", "query.text"],
    ["actor=", "query.actor"],
    ["tenantId=agt_01h455vb4pex5vsknk084sn02q", "query.tenantId"],
    ["colour=red", "query.colour"],
  ])("answers 400 to ?%s, naming %s", async (search, path) => {
    const answer = await tenant.client.get(`/api/audit/logs?${search}`);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual(expect.arrayContaining([expect.objectContaining({ path })]));
  });

  test("takes the farthest times there are, and an offset of ten thousand", async () => {
    for (const search of [
      "from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z",
      "page=201",
      "cursor=0-00000000000000000000000000",
    ])
      expect((await tenant.client.get(`/api/audit/logs?${search}`)).status).toBe(200);
  });

  test("shows a tenant's own events only, and no other tenant to who does not administer the service", async () => {
    const answer = await other.client.get("/api/audit/logs?correlationId=three");
    expect(answer.body.pagination).toMatchObject({ total: 3 });
    expect(answer.text).not.toContain(tenant.tenantId);
    const [theirs, none] = await Promise.all(
      [tenant.tenantId, newId("ten")].map((id) =>
        other.client.get(`/api/audit/logs?tenantId=${id}`, { "X-Request-Id": "isolation-probe" }),
      ),
    );
    expect(theirs?.status).toBe(403);
    expect(theirs?.text).toBe(none?.text);
    expect((await other.client.get("/api/audit/logs?tenantId=all")).status).toBe(403);
    expect((await other.client.get(`/api/audit/logs?tenantId=${other.tenantId}`)).status).toBe(200);
  });

  test("shows any tenant's events, or all, to who administers the service, and records whose were read", async () => {
    const platform = await createRouteTenant(server.runtime, server.origin);
    await server.database.owner`
      update users set platform_admin = true where id = ${toUuid(platform.adminId)}`;
    const one = await platform.client.get(`/api/audit/logs?correlationId=three&tenantId=${tenant.tenantId}`);
    expect(one.body.pagination).toMatchObject({ total: 3 });
    const all = await platform.client.get("/api/audit/logs?correlationId=three&tenantId=all");
    expect(all.body.pagination).toMatchObject({ total: 6 });
    expect((await platform.client.get(`/api/audit/logs?tenantId=${newId("ten")}`)).status).toBe(404);
    const read = await tenant.client.get(`/api/audit/logs?action=audit.read&actor=${platform.adminId}`);
    expect(read.body.logs).toMatchObject([
      { resource: { id: tenant.tenantId }, details: { reach: "tenant" } },
    ]);
  });

  test("is refused to who lacks the right: an agent's usual key, a member, nobody", async () => {
    const agent = await tenant.addAgent("Reader");
    expect((await agent.client.get("/api/audit/logs")).status).toBe(403);
    expect((await server.fetch("/api/audit/logs")).status).toBe(401);
    const auditor = await tenant.addAgent("Auditor", { scopes: ["activity:read"] });
    expect((await auditor.client.get("/api/audit/logs")).status).toBe(200);
    await server.database.owner`
      update memberships set role = 'member' where user_id = ${toUuid(other.adminId)}`;
    expect((await other.client.get("/api/audit/logs")).status).toBe(403);
    await server.database.owner`
      update memberships set role = 'tenant_admin' where user_id = ${toUuid(other.adminId)}`;
  });

  test("is itself recorded, once for all of somebody's looks within a few minutes", async () => {
    const reader = await createRouteTenant(server.runtime, server.origin);
    for (let i = 0; i < 3; i += 1) await reader.client.get("/api/audit/logs");
    const answer = await reader.client.get("/api/audit/logs?action=audit.read");
    expect(answer.body.logs).toMatchObject([
      { actor: { id: reader.adminId, type: "user" }, resource: { type: "audit_trail", id: reader.tenantId } },
    ]);
  });
});
