import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { namedIds } from "#app/domain/auth/probes/named-ids.ts";
import { createProbeWatch, type ProbeWatchOptions } from "#app/domain/auth/probes/probe-watch.server.ts";
import { type ProbedId, probedKinds } from "#app/domain/auth/probes/probed-id.ts";
import { createDatabase } from "#db/client.server.ts";
import { newId, newUuid, type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import { seedTenant } from "#tests/db/seed-tenant.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { startTcpProxy } from "#tests/setup/tcp-proxy.ts";
import { createTenantFixture, type TenantFixture } from "#tests/setup/tenant-fixture.ts";

let database: TestDatabase;
let prober: TenantFixture;
/** Has one of everything. */
let owner: TenantId;
const windowMs = 300_000;

beforeAll(async () => {
  database = await createTestDatabase();
  prober = await createTenantFixture(database.db);
  owner = toTypeId("ten", await seedTenant(database.owner, "Owner"));
  await database.owner`insert into mailboxes (tenant_id, id, kind) values (${toUuid(owner)}, ${newUuid()}, 'desk')`;
});
afterAll(() => database.drop());
// The owner of the tables may not remove audit events either, so each test has an owner of its own time.
let nowMs = Date.now();
beforeEach(() => {
  nowMs += 2 * windowMs;
});

const told: { fields: object; message: string }[] = [];
const counted = { found: 0, dropped: 0 };

function watch(options: Partial<ProbeWatchOptions> = {}) {
  told.length = 0;
  counted.found = 0;
  counted.dropped = 0;
  return createProbeWatch({
    db: database.db,
    secretKey: "a secret key for tests, of at least 32 characters",
    log: { warn: (fields, message) => void told.push({ fields, message }) },
    metrics: {
      found(_kind, attempts) {
        counted.found += attempts;
      },
      dropped(ids) {
        counted.dropped += ids;
      },
    },
    windowMs,
    nowMs: () => nowMs,
    ...options,
  });
}

interface ProbeEvent {
  tenant_id: string;
  actor_kind: string;
  actor_id: string;
  actor_name: string;
  resource_id: string;
  status: string;
  details: { prober: string; resourceType: string; attempts: number; route: string };
}

/** What has been recorded since the last call. */
let seen = new Set<string>();
async function recorded(): Promise<ProbeEvent[]> {
  const rows = await database.owner<(ProbeEvent & { id: string })[]>`
    select * from audit_events where action = 'security.cross_tenant_probe' order by xid, id`;
  const fresh = rows.filter(({ id }) => !seen.has(id));
  seen = new Set(rows.map(({ id }) => id));
  return fresh;
}

const idOf = async (prefix: keyof typeof probedKinds): Promise<ProbedId> => {
  const tables = {
    agt: "agents",
    msg: "messages",
    key: "api_keys",
    mem: "memberships",
    dsk: "mailboxes",
    ses: "sessions",
    inv: "invitations",
    hld: "holds",
    ers: "erasures",
    bgt: "budgets",
    rsv: "reservations",
    chn: "alert_channels",
    ntf: "alert_deliveries",
  } as const;
  if (prefix === "ten") return owner;
  const { owner: sql } = database;
  const [row] =
    prefix === "usr"
      ? await sql`select user_id as id from memberships where tenant_id = ${toUuid(owner)}`
      : await sql`select id from ${sql(tables[prefix])} where tenant_id = ${toUuid(owner)}
          ${prefix === "dsk" ? sql`and kind = 'desk'` : sql``}`;
  return toTypeId(prefix, String(row?.id));
};

describe("an id that somebody asks for", () => {
  test.each(Object.entries(probedKinds) as [keyof typeof probedKinds, string][])(
    "%s_ of another tenant is recorded there, with the prober as a digest",
    async (prefix, kind) => {
      const probes = watch();
      const id = await idOf(prefix);
      probes.note(prober.admin, [id], "GET /api/things/:id");
      await probes.close();
      const events = await recorded();
      expect(events).toMatchObject([
        {
          tenant_id: toUuid(owner),
          actor_kind: "system",
          resource_id: id,
          status: "denied",
          details: { resourceType: kind, attempts: 1, route: "GET /api/things/:id" },
        },
      ]);
      expect(events[0]?.details.prober).toMatch(/^prober_[\w-]{22}$/);
      const text = JSON.stringify(events);
      for (const theirs of [prober.tenantId, prober.adminId, prober.admin.membershipId, prober.admin.name])
        expect(text).not.toContain(theirs);
      expect(text).not.toContain(toUuid(prober.tenantId));
      // Who runs the service can find out.
      expect(told).toMatchObject([{ fields: { proberId: prober.adminId, ownerId: owner } }]);
    },
  );

  test("that exists nowhere, or is one's own, is not", async () => {
    const probes = watch();
    const own = [prober.tenantId, prober.adminId, prober.admin.membershipId, prober.admin.credential.id];
    const nowhere = Object.keys(probedKinds).map((prefix) => newId(prefix as keyof typeof probedKinds));
    probes.note(prober.admin, [...own, ...nowhere], "GET /");
    await probes.close();
    expect(await recorded()).toEqual([]);
    expect(counted).toEqual({ found: 0, dropped: 0 });
  });

  test("is not, of a tenant that the person belongs to too, nor is a person who belongs to both", async () => {
    const second = await createTenantFixture(database.db);
    const [member] = await database.owner`
      insert into memberships (tenant_id, id, user_id, role)
      values (${toUuid(second.tenantId)}, ${newUuid()}, ${toUuid(prober.adminId)}, 'member') returning id`;
    const probes = watch();
    // The person, now in the other tenant too, asks for what is there …
    probes.note(prober.admin, [second.adminId, toTypeId("mem", String(member?.id))], "GET /");
    // … and somebody of there for the person.
    probes.note(second.admin, [prober.adminId], "GET /");
    await probes.close();
    expect(await recorded()).toEqual([]);
    await database.owner`delete from memberships where id = ${String(member?.id)}`;
  });

  test("of the system's own tenant is nobody's", async () => {
    const probes = watch();
    probes.note(prober.admin, [toTypeId("ten", "00000000-0000-7000-8000-000000000000")], "GET /");
    await probes.close();
    expect(await recorded()).toEqual([]);
  });
});

describe("many attempts", () => {
  test("of a prober at a tenant's things of a kind are one event at once and one for the rest", async () => {
    const probes = watch();
    const id = await idOf("agt");
    probes.note(prober.admin, [id], "GET /first");
    await probes.flush();
    expect(await recorded()).toMatchObject([{ details: { attempts: 1, route: "GET /first" } }]);
    for (let n = 0; n < 999; n += 1) {
      probes.note(prober.admin, [id], "GET /more");
      if (n % 100 === 0) await probes.flush();
    }
    await probes.flush();
    expect(await recorded()).toEqual([]);
    nowMs += windowMs;
    await probes.flush();
    expect(await recorded()).toMatchObject([{ details: { attempts: 999, route: "GET /first" } }]);
    expect(counted.found).toBe(1_000);
    // Later ones are news again.
    probes.note(prober.admin, [id], "GET /later");
    await probes.flush();
    expect(await recorded()).toMatchObject([{ details: { attempts: 1, route: "GET /later" } }]);
    await probes.close();
    expect(await recorded()).toEqual([]);
  });

  test("of others, at others, or at things of another kind are events of their own", async () => {
    const second = await createTenantFixture(database.db);
    const other = toTypeId("ten", await seedTenant(database.owner, "Other"));
    const probes = watch();
    const [agent, key] = await Promise.all([idOf("agt"), idOf("key")]);
    probes.note(prober.admin, [agent, key, other], "GET /");
    probes.note(second.admin, [agent], "GET /");
    await probes.close();
    const events = await recorded();
    expect(events).toHaveLength(4);
    const digests = events
      .filter(({ tenant_id }) => tenant_id === toUuid(owner))
      .map((e) => e.details.prober);
    expect(new Set(digests).size).toBe(2);
    // Two owners cannot find out that it was the same prober.
    expect(digests).not.toContain(
      events.find(({ tenant_id }) => tenant_id === toUuid(other))?.details.prober,
    );
  });

  test("at two instances are told once at first, and counted by both", async () => {
    const { admin } = await createTenantFixture(database.db);
    const one = watch();
    const two = watch();
    const id = await idOf("hld");
    one.note(admin, [id], "GET /");
    two.note(admin, [id, id], "GET /");
    // Their stretch is one of real time, as the recorded events' is.
    nowMs = Date.now();
    await Promise.all([one.flush(), two.flush()]);
    expect(await recorded()).toHaveLength(1);
    await Promise.all([one.close(), two.close()]);
    expect(await recorded()).toHaveLength(1);
    expect(counted.found).toBe(3);
  });

  test("beyond what may wait are dropped and counted", async () => {
    const probes = watch({ maxWaiting: 2 });
    const ids = [await idOf("agt"), await idOf("key"), await idOf("hld"), await idOf("msg")];
    probes.note(prober.admin, ids, "GET /");
    await probes.close();
    expect(counted).toEqual({ found: 2, dropped: 2 });
    expect(await recorded()).toHaveLength(2);
  });
});

test("while the database is away nothing fails, it is said once, and the attempts are recorded afterwards", async () => {
  const proxy = await startTcpProxy(database.ownerUrl);
  const db = createDatabase({
    tenantUrl: proxy.through(database.tenantUrl),
    systemUrl: proxy.through(database.systemUrl),
  });
  const probes = watch({ db });
  await proxy.refuse();
  for (let n = 0; n < 5; n += 1) {
    probes.note(prober.admin, [await idOf("agt")], "GET /");
    await probes.flush();
  }
  expect(told.map(({ message }) => message)).toEqual(["Cross-tenant probes wait to be looked up"]);
  await proxy.restore();
  await expect.poll(() => db.stats().away).toBe(false);
  await probes.close();
  expect(await recorded()).toMatchObject([{ details: { attempts: 5 } }]);
  await db.close();
  await proxy.close();
});

test("who runs the service is never a prober, nor is its own work", async () => {
  const probes = watch();
  probes.note({ ...prober.admin, platformAdmin: true }, [await idOf("agt")], "GET /");
  const system = { ...prober.admin, kind: "system" as const, id: "jobs" };
  probes.note(system, [await idOf("agt")], "GET /");
  await probes.close();
  expect(await recorded()).toEqual([]);
});

describe("the ids in an input", () => {
  const [agent, message] = [newId("agt"), newId("msg")];
  const cases: [string, unknown, string[]][] = [
    ["a parameter", { agentId: agent }, [agent]],
    ["a list of objects", { messages: [{ messageId: message }, { messageId: agent }] }, [message, agent]],
    ["one named twice, once", [{ a: agent }, { b: agent }], [agent]],
    ["no correlation id, which is the client's own", { correlationId: message }, []],
    ["nothing of a payload", { payload: { note: agent, deep: { id: message } } }, []],
    ["no text that holds one", { name: `about ${agent}` }, []],
    ["no id of what a tenant does not own", { lease: newId("lse"), token: newId("ott") }, []],
    ["nothing else", { a: 1, b: null, c: undefined, d: true, e: "agt_" }, []],
  ];
  test.each(cases)("are found: %s", (_what, value, ids) => {
    expect(namedIds(value)).toEqual(ids);
  });

  test("are no more than a request can need, however many or deep", () => {
    expect(namedIds(Array.from({ length: 5_000 }, () => newId("msg")))).toHaveLength(1_000);
    let deep: unknown = agent;
    for (let n = 0; n < 50; n += 1) deep = { deep };
    expect(namedIds(deep)).toEqual([]);
  });
});
