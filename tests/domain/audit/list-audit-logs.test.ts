import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodePlace, encodePlace } from "#app/domain/audit/audit-log-cursor.ts";
import type { AuditFilters } from "#app/domain/audit/audit-log-schema.ts";
import { insertAuditEvents } from "#app/domain/audit/insert-audit-events.server.ts";
import { type ListAuditLogsOptions, listAuditLogs } from "#app/domain/audit/list-audit-logs.server.ts";
import type { UserActor } from "#app/domain/auth/actor.ts";
import { createDatabase } from "#db/client.server.ts";
import { newUuid, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { startTcpProxy } from "#tests/setup/tcp-proxy.ts";
import { createTenantFixture, type TenantFixture } from "#tests/setup/tenant-fixture.ts";
import { microsecondsAfter, type PastEvent, storePastEvents } from "./past-events.ts";

let database: TestDatabase;
let tenant: TenantFixture;
let other: TenantFixture;

beforeAll(async () => {
  database = await createTestDatabase();
  tenant = await createTenantFixture(database.db);
  other = await createTenantFixture(database.db);
});
afterAll(() => database.drop());

const list = (
  filters: AuditFilters,
  options: Partial<ListAuditLogsOptions> = {},
  actor: UserActor = tenant.admin,
) => listAuditLogs(database.db, actor, { filters, limit: 50, ...options });

/** All pages of a list, by its cursor. */
async function follow(
  filters: AuditFilters,
  options: Partial<ListAuditLogsOptions> = {},
  actor = tenant.admin,
) {
  const ids: string[] = [];
  let cursor: ListAuditLogsOptions["cursor"];
  for (let rounds = 0; rounds < 100; rounds += 1) {
    const { logs, pagination } = await list(filters, { ...options, cursor }, actor);
    ids.push(...logs.map(({ id }) => id));
    if (pagination.nextCursor === null) return ids;
    cursor = decodePlace(pagination.nextCursor);
  }
  throw new Error("The list does not end");
}

const store = (events: PastEvent[], who = tenant) => storePastEvents(database.owner, who.tenantId, events);

describe("the audit trail", () => {
  test("gives fifty events 200 µs apart, in pages of seven, each once", async () => {
    const at = (n: number) => microsecondsAfter("2026-03-31T23:59:59.995000Z", n * 200);
    const ids = await store(
      Array.from({ length: 50 }, (_, n) => ({ at: at(n), correlationId: "two hundred µs" })),
    );
    const followed = await follow({ correlationId: "two hundred µs" }, { limit: 7 });
    expect(followed).toEqual(ids.toReversed());
    const { logs } = await list({ correlationId: "two hundred µs", from: "2026-04-01T00:00:00Z" });
    expect(logs.at(-1)?.timestamp).toBe("2026-04-01T00:00:00.000000Z");
    expect(logs).toHaveLength(25);
  });

  test("gives events of one moment in a steady order", async () => {
    const at = "2026-05-05T05:05:05.123456Z";
    const ids = await store(Array.from({ length: 9 }, () => ({ at, correlationId: "one moment" })));
    expect(await follow({ correlationId: "one moment" }, { limit: 2 })).toEqual(ids.toReversed());
    const place = { at, uuid: newUuid() };
    expect(decodePlace(encodePlace(place))).toEqual(place);
  });

  test("tells who did what to which resource, with what outcome", async () => {
    const [id] = await store([
      {
        at: "2026-05-06T10:00:00.000001Z",
        action: "agent.paused",
        actor: { kind: "agent", id: "agt_x", name: "Xavier" },
        resource: { type: "agent", id: "agt_y", name: "Yvonne" },
        status: "denied",
        requestId: "req-told",
        correlationId: "told",
        details: { reason: "Too loud" },
      },
    ]);
    const { logs, pagination } = await list({ requestId: "req-told" });
    expect(logs).toEqual([
      {
        id,
        tenantId: tenant.tenantId,
        timestamp: "2026-05-06T10:00:00.000001Z",
        actor: { id: "agt_x", type: "agent", name: "Xavier" },
        action: "agent.paused",
        resource: { type: "agent", id: "agt_y", name: "Yvonne" },
        status: "denied",
        requestId: "req-told",
        correlationId: "told",
        details: { reason: "Too loud" },
      },
    ]);
    expect(pagination).toEqual({
      ...{ total: 1, totalIsExact: true, page: 1, limit: 50, nextCursor: null, searchedTo: null },
    });
  });
});

describe("a filter", () => {
  const span = { from: "2026-06-01T00:00:00Z", to: "2026-06-02T00:00:00Z" };
  let ids: Record<string, string>;

  beforeAll(async () => {
    const at = (n: number) => microsecondsAfter("2026-06-01T12:00:00Z", n);
    const events: Record<string, PastEvent> = {
      failed: {
        at: at(1),
        action: "auth.login.failed",
        actor: { kind: "user", id: "usr_ada", name: "Ada" },
        resource: { type: "user", id: "usr_ada" },
        status: "failure",
        requestId: "req-filter-1",
      },
      succeeded: {
        at: at(2),
        action: "auth.login.succeeded",
        actor: { kind: "user", id: "usr_ada", name: "Ada" },
        resource: { type: "session", id: "ses_1" },
      },
      sent: {
        at: at(3),
        action: "message.sent",
        actor: { kind: "agent", id: "agt_bob", name: "Bob" },
        resource: { type: "message", id: "msg_1" },
        correlationId: "filtered",
        details: { type: "task_handoff", note: "Gripper 50% off" },
      },
      blocked: {
        at: at(4),
        action: "message.blocked",
        actor: { kind: "agent", id: "agt_bob", name: "Bob" },
        resource: { type: "message", id: "msg_2" },
        status: "denied",
        correlationId: "filtered",
      },
      purged: {
        at: at(5),
        action: "retention.purged",
        actor: { kind: "system", id: "jobs", name: "Signalbox" },
        resource: { type: "tenant", id: tenant.tenantId },
      },
    };
    const stored = await store(Object.values(events));
    ids = Object.fromEntries(Object.keys(events).map((name, n) => [name, stored[n] ?? ""]));
  });

  test.each<[AuditFilters, string[]]>([
    [{ action: "auth.login.failed" }, ["failed"]],
    [{ action: "auth.login" }, ["succeeded", "failed"]],
    [{ action: "auth." }, ["succeeded", "failed"]],
    [{ action: "auth" }, ["succeeded", "failed"]],
    [{ action: "au" }, []],
    [{ action: "no.such.action" }, []],
    [{ actor: "agt_bob" }, ["blocked", "sent"]],
    [{ actorKind: "system" }, ["purged"]],
    [{ actorKind: "agent" }, ["blocked", "sent"]],
    [{ resourceType: "message" }, ["blocked", "sent"]],
    [{ resourceType: "session" }, ["succeeded"]],
    [{ resourceId: "msg_1" }, ["sent"]],
    [{ status: "denied" }, ["blocked"]],
    [{ status: "success" }, ["purged", "sent", "succeeded"]],
    [{ requestId: "req-filter-1" }, ["failed"]],
    [{ correlationId: "filtered" }, ["blocked", "sent"]],
    [{ text: "gripper 50%" }, ["sent"]],
    [{ text: "50_" }, []],
    [{ text: "BOB blocked" }, ["blocked"]],
    [{ actor: "agt_bob", status: "denied" }, ["blocked"]],
    [{ actor: "agt_bob", action: "message." }, ["blocked", "sent"]],
    [{ action: "message.", status: "failure" }, []],
    [{ action: "auth.", resourceType: "session" }, ["succeeded"]],
    [{ action: "auth.", resourceType: "message" }, []],
    [{ correlationId: "filtered", resourceId: "msg_1", actor: "agt_bob" }, ["sent"]],
  ])("%j lets through %j", async (filters, names) => {
    const wanted = names.map((name) => ids[name]);
    expect(await follow({ ...filters, ...span })).toEqual(wanted);
    expect(await follow({ ...filters, ...span }, { limit: 1 })).toEqual(wanted);
    const platform: UserActor = {
      ...other.admin,
      scopes: new Set([...other.admin.scopes, "tenants:admin"] as const),
    };
    expect(await follow({ ...filters, ...span }, { reach: "all", limit: 1 }, platform)).toEqual(wanted);
    for (const [page, id] of wanted.entries()) {
      const { logs } = await list({ ...filters, ...span }, { page: page + 1, limit: 1 });
      expect(logs.map((log) => log.id)).toEqual([id]);
    }
    const beyond = await list({ ...filters, ...span }, { page: wanted.length + 2, limit: 1 });
    expect(beyond.logs).toEqual([]);
    expect(beyond.pagination.total).toBe(wanted.length);
  });
});

test("text is found in what an event says for ever, and in what may be erased until it is", async () => {
  const event = { tenantId: tenant.tenantId, actor: tenant.admin, request: null } as const;
  await database.db.withSql((sql) =>
    insertAuditEvents(sql, [
      {
        ...event,
        action: "agent.paused",
        resource: { id: "agt_text" },
        details: { reason: "Humming “loudly”" },
      },
      {
        ...event,
        action: "membership.removed",
        resource: { id: "mem_text" },
        details: { userId: "usr_text", role: "developer" },
      },
    ]),
  );
  const found = async (text: string) => (await list({ text })).logs.map(({ action }) => action);
  expect(await found("humming “LOUDLY” agt_text")).toEqual(["agent.paused"]);
  expect(await found('usr_text "role":')).toEqual(["membership.removed"]);
  await database.db.withSql(
    (sql) => sql`select erase_audit_texts(${toUuid(tenant.tenantId)}, ${["agt_text"]}, now(), 10)`,
  );
  expect(await found("humming agt_text")).toEqual([]);
  expect(await found("agt_text")).toEqual(["agent.paused"]);
});

describe("a list that is long", () => {
  let crowd: TenantFixture;
  beforeAll(async () => {
    crowd = await createTenantFixture(database.db);
    await database.owner`select ensure_audit_partition('2026-02-01')`;
    // 12,000 events, of which every 6,000th failed.
    await database.owner`
      insert into audit_events (tenant_id, id, occurred_at, actor_kind, actor_id, action, resource_type, resource_id,
        status, request_id, details)
      select ${toUuid(crowd.tenantId)}, gen_random_uuid(), '2026-02-01T00:00:00Z'::timestamptz + n * interval '1 second',
        'agent', 'agt_' || n % 3, case when n % 6000 = 1 then 'endpoint.tested' else 'message.sent' end, 'message',
        'msg_' || n, 'success', 'req-crowd', jsonb_build_object('n', n)
      from generate_series(1, 12000) n`;
    await database.owner`analyze audit_events`;
  });
  const span = { from: "2026-02-01T00:00:00Z", to: "2026-03-01T00:00:00Z" };

  test("says at least how many there are, and counts no further", async () => {
    const { pagination } = await list(span, {}, crowd.admin);
    expect(pagination).toMatchObject({ totalIsExact: false });
    expect(pagination.total).toBeGreaterThanOrEqual(50);
    expect(pagination.total).toBeLessThanOrEqual(10_000);
  });

  test("has its page of ten thousand events in where the cursor leads", async () => {
    const { logs } = await list(span, { page: 101, limit: 100 }, crowd.admin);
    expect(logs.map(({ details }) => details.n)).toEqual(Array.from({ length: 100 }, (_, i) => 2_000 - i));
    const filtered = await list({ ...span, actor: "agt_0" }, { page: 31, limit: 100 }, crowd.admin);
    expect(filtered.logs[0]?.details.n).toBe(12_000 - 9_000);
  });

  test("finds what is rare by going on from where a page stopped", async () => {
    const rare: AuditFilters = { ...span, requestId: "req-crowd", text: "endpoint" };
    const first = await list(rare, {}, crowd.admin);
    expect(first.logs).toEqual([]);
    expect(first.pagination.searchedTo).toMatch(/^2026-02-01T/);
    expect(await follow(rare, {}, crowd.admin)).toHaveLength(2);
    // By its action it needs no search.
    const { logs, pagination } = await list({ ...span, action: "endpoint." }, {}, crowd.admin);
    expect(logs).toHaveLength(2);
    expect(pagination).toMatchObject({ total: 2, totalIsExact: true, searchedTo: null });
  });
});

describe("actions that are rare among many others", () => {
  let crowd: TenantFixture;
  const span = { from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z" };
  beforeAll(async () => {
    crowd = await createTenantFixture(database.db);
    await database.owner`select ensure_audit_partition('2026-01-01')`;
    // 3,000 events, of which every hundredth is of an agent's own, three kinds in turn.
    await database.owner`
      insert into audit_events (tenant_id, id, occurred_at, actor_kind, actor_id, action, resource_type, resource_id,
        status, details)
      select ${toUuid(crowd.tenantId)}, gen_random_uuid(), '2026-01-01T00:00:00Z'::timestamptz + n * interval '1 minute',
        'agent', 'agt_1',
        case when n % 100 <> 0 then 'message.sent'
          else (array['agent.paused', 'agent.resumed', 'agent.updated'])[1 + n / 100 % 3] end,
        case when n % 100 <> 0 then 'message' else 'agent' end, 'any', 'success', jsonb_build_object('n', n)
      from generate_series(1, 3000) n`;
  });
  const expected = Array.from({ length: 30 }, (_, n) => 3_000 - 100 * n);

  test.each<AuditFilters>([{ action: "agent." }, { resourceType: "agent" }])(
    "are found by %j in the order of time, page by page, from deep places too",
    async (filters) => {
      const platform: UserActor = {
        ...crowd.admin,
        scopes: new Set([...crowd.admin.scopes, "tenants:admin"] as const),
      };
      for (const reach of [crowd.tenantId, "all"] as const) {
        const ns: unknown[] = [];
        let cursor: ListAuditLogsOptions["cursor"];
        for (let page = 0; page < 5; page += 1) {
          const { logs, pagination } = await list(
            { ...filters, ...span },
            { reach, limit: 7, cursor },
            platform,
          );
          ns.push(...logs.map(({ details }) => details.n));
          expect(pagination.searchedTo).toBeNull();
          cursor = pagination.nextCursor === null ? undefined : decodePlace(pagination.nextCursor);
        }
        expect(ns).toEqual(expected);
      }
    },
  );
});

describe("a total that takes too long", () => {
  test("is left out, and the page stands, also where PostgreSQL cuts its statement between two messages", async () => {
    await store(
      Array.from({ length: 3 }, (_, n) => ({ at: `2026-05-07T00:00:0${n}Z`, correlationId: "far away" })),
    );
    const proxy = await startTcpProxy(database.tenantUrl);
    const db = createDatabase({
      tenantUrl: proxy.through(database.tenantUrl),
      systemUrl: proxy.through(database.systemUrl),
    });
    try {
      // Longer than a total may take: its statement is described in time, and over when it is to be run.
      proxy.delay(60);
      const { logs, pagination } = await listAuditLogs(db, tenant.admin, {
        ...{ filters: { correlationId: "far away" }, limit: 2 },
      });
      expect(logs).toHaveLength(2);
      expect(pagination).toMatchObject({ total: 2, totalIsExact: false });
    } finally {
      await db.close();
      await proxy.close();
    }
  });
});

describe("whose events are read", () => {
  test("the own tenant's, and nobody else's", async () => {
    await store([{ at: "2026-07-01T00:00:00Z", correlationId: "whose" }]);
    await store([{ at: "2026-07-01T00:00:00Z", correlationId: "whose" }], other);
    const { logs } = await list({ correlationId: "whose" });
    expect(logs.map(({ tenantId }) => tenantId)).toEqual([tenant.tenantId]);
    await expect(list({}, { reach: other.tenantId })).rejects.toMatchObject({ code: "forbidden" });
    await expect(list({}, { reach: "all" })).rejects.toMatchObject({ code: "forbidden" });
    await expect(list({}, {}, { ...tenant.admin, scopes: new Set() })).rejects.toMatchObject({
      code: "forbidden",
    });
  });

  test("any tenant's, or all, for those who administer the service", async () => {
    const platform: UserActor = {
      ...tenant.admin,
      scopes: new Set([...tenant.admin.scopes, "tenants:admin"] as const),
    };
    const of = async (reach: ListAuditLogsOptions["reach"]) =>
      (await list({ correlationId: "whose" }, { reach }, platform)).logs
        .map(({ tenantId }) => tenantId)
        .sort();
    expect(await of(other.tenantId)).toEqual([other.tenantId]);
    expect(await of("all")).toEqual([tenant.tenantId, other.tenantId].sort());
  });
});
