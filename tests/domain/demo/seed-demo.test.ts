import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { demoAgents, retiredReason } from "#app/demo/demo-agents.ts";
import { demoCredentialsPath, generatePassword } from "#app/demo/demo-credentials.server.ts";
import { neighbourAgents } from "#app/demo/neighbour-agents.ts";
import { neighbourUse, pastMonths } from "#app/demo/neighbour-history.ts";
import { seedDemo } from "#app/demo/seed-demo.server.ts";
import { type Credentials, createCredentials } from "#app/domain/auth/credentials.server.ts";
import { listOwnTenants } from "#app/domain/auth/list-own-tenants.server.ts";
import { signIn } from "#app/domain/auth/sign-in.server.ts";
import { systemActor } from "#app/domain/auth/system-actor.ts";
import { closeMonths } from "#app/domain/billing/close-months.server.ts";
import { listInvoices } from "#app/domain/billing/list-invoices.server.ts";
import { readBillingOverview } from "#app/domain/billing/read-overview.server.ts";
import { tierCatalogue } from "#app/domain/catalogue.ts";
import { readAllowlist } from "#app/domain/messaging/read-allowlist.server.ts";
import { periodOf } from "#app/domain/usage/period.ts";
import type { Database } from "#db/database.ts";
import { SYSTEM_TENANT_ID, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { aRequest, createTenantFixture, passwordService, silentLog } from "#tests/setup/tenant-fixture.ts";

let database: TestDatabase;
let dataDir: string;
let credentials: Credentials;
const logged: string[] = [];
const log = {
  info: (text: string) => void logged.push(text),
  warn: (text: string) => void logged.push(text),
};

beforeEach(async () => {
  database = await createTestDatabase();
  credentials = createCredentials({ db: database.db, log: silentLog, keyTtlMs: 0 });
  dataDir = await mkdtemp(join(tmpdir(), "signalbox-demo-"));
  logged.length = 0;
});
afterEach(async () => {
  await credentials.close();
  await database.drop();
  await rm(dataDir, { recursive: true });
});

const seed = (db: Database = database.db) => seedDemo({ db, dataDir, log });
const resolve = (key: string) => credentials.resolveApiKey(key);
const signInWith = (admin: { email: string; password: string }) =>
  signIn(passwordService(database.db), {
    ...admin,
    userAgent: null,
    replacedToken: undefined,
    request: aRequest,
  });

async function seeded() {
  const demo = await seed();
  if (demo === undefined) throw new Error("nothing was seeded");
  return demo;
}

test("an empty database gets a tenant with an admin who can sign in and agents whose keys work", async () => {
  const demo = await seeded();
  expect(demo.agents.map(({ role }) => role)).toEqual([
    "planner",
    "engineer",
    "engineer",
    "reviewer",
    "analyst",
    "support",
  ]);
  for (const { id, key } of demo.agents)
    expect(await resolve(key)).toMatchObject({ id, tenantId: demo.tenantId });
  const { token, tenantId } = await signInWith(demo.admin);
  expect(tenantId).toBe(demo.tenantId);
  const admin = await credentials.resolveSession(token);
  if (admin === undefined) throw new Error("no session");

  const allowed = async (position: number) => {
    const agent = demo.agents[position];
    if (agent === undefined) throw new Error("no such agent");
    const { allowlist } = await readAllowlist(database.db, admin, agent.id, { limit: 100 });
    return allowlist.map(({ name }) => name);
  };
  expect(await allowed(0)).toEqual([
    "Analyst",
    "Engineer Ada",
    "Engineer Kai",
    "Reviewer",
    "Supplier Scout",
    "Support",
  ]);
  expect(demo.retired?.name).toBe("Supplier Scout");
  // Support may not send to engineers: the demo shows what a block looks like.
  expect(await allowed(5)).toEqual(["Analyst", "Planner"]);
});

test("the credentials are kept for their owner alone, and come back on the next start", async () => {
  const demo = await seeded();
  const path = demoCredentialsPath(dataDir);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(path, "utf8"))).toEqual(demo);
  expect(await readdir(dataDir)).toEqual(["demo.json"]);
  expect(await seed()).toEqual(demo);
  const tenants = await database.owner`select 1 from tenants where not is_system`;
  expect(tenants).toHaveLength(2);
});

test("an eighth agent claims: the engineers give it work and hear of it", async () => {
  const { agents, pool } = await seeded();
  if (pool === undefined) throw new Error("no pool");
  expect(agents.map(({ id }) => id)).not.toContain(pool.id);
  expect(await resolve(pool.key)).toMatchObject({ id: pool.id });
  const [mailbox] = await database.owner`select mode from mailboxes where id = ${toUuid(pool.id)}`;
  expect(mailbox).toEqual({ mode: "claim" });
  const [edges] = await database.owner`
    select count(*) filter (where recipient_id = ${toUuid(pool.id)})::int as inward,
      count(*) filter (where sender_id = ${toUuid(pool.id)})::int as outward
    from allowlist_edges`;
  expect(edges).toEqual({ inward: 2, outward: 2 });
});

test("beside the admin are a developer, who belongs to the neighbour as well, a member and a platform admin", async () => {
  const { tenantId, neighbour, developer, operator, platformAdmin } = await seeded();
  const enter = async (person: { email: string; password: string } | undefined) => {
    if (person === undefined) throw new Error("a person is missing");
    const actor = await credentials.resolveSession((await signInWith(person)).token);
    if (actor === undefined) throw new Error("no session");
    return actor;
  };
  expect(await enter(operator)).toMatchObject({ tenantId, role: "member", platformAdmin: false });
  const noor = await enter(developer);
  expect(noor).toMatchObject({ tenantId, role: "developer", platformAdmin: false });
  expect((await listOwnTenants(database.db, noor)).map(({ id, role }) => ({ id, role }))).toEqual(
    expect.arrayContaining([
      { id: tenantId, role: "developer" },
      { id: neighbour?.tenantId, role: "member" },
    ]),
  );
  const lin = await enter(platformAdmin);
  expect(lin).toMatchObject({ tenantId: SYSTEM_TENANT_ID, platformAdmin: true });
  expect(lin.scopes.has("tenants:admin")).toBe(true);
});

test("a data folder that is older than some of the people gets them, and keeps the others", async () => {
  const { developer: _developer, platformAdmin: _platform, ...older } = await seeded();
  await database.owner`delete from sessions`;
  for (const email of ["developer@northwind.example", "platform@signalbox.example"]) {
    await database.owner`
      delete from memberships where user_id = (select id from users where email = ${email})`;
    await database.owner`delete from users where email = ${email}`;
  }
  await writeFile(demoCredentialsPath(dataDir), JSON.stringify(older));
  const { developer, platformAdmin, ...again } = await seeded();
  expect(again).toEqual(older);
  for (const person of [developer, platformAdmin, again.operator]) {
    if (person === undefined) throw new Error("a person is missing");
    await signInWith(person);
  }
});

test("a data folder that is older than the pool gets it, and keeps the keys of the others", async () => {
  const demo = await seeded();
  const { pool, ...older } = demo;
  await writeFile(demoCredentialsPath(dataDir), JSON.stringify(older));
  const again = await seeded();
  expect(again.agents).toEqual(demo.agents);
  expect(again.pool).toMatchObject({ id: pool?.id });
  expect(await resolve(again.pool?.key ?? "")).toMatchObject({ id: pool?.id });
});

test("a seventh agent is paused for a reason, which the audit log has as for any pause", async () => {
  const { tenantId, agents, retired } = await seeded();
  if (retired === undefined) throw new Error("no retired agent");
  expect(agents.map(({ id }) => id)).not.toContain(retired.id);
  const rows =
    await database.owner`select status, paused_at, paused_reason from agents where id = ${toUuid(retired.id)}`;
  expect(rows).toEqual([{ status: "paused", paused_at: expect.anything(), paused_reason: retiredReason }]);
  const events = await database.owner`
    select action, details from audit_events
    where tenant_id = ${toUuid(tenantId)} and action = 'agent.paused'
  `;
  expect(events).toEqual([{ action: "agent.paused", details: { reason: retiredReason } }]);
});

test("beside it is a tenant of its own name whose admin can sign in, with agents and edges and nobody at work", async () => {
  const { tenantId, admin, neighbour } = await seeded();
  if (neighbour === undefined) throw new Error("no neighbour");
  expect(neighbour.tenantId).not.toBe(tenantId);
  expect(neighbour.admin.password).not.toBe(admin.password);
  expect(await signInWith(neighbour.admin)).toMatchObject({ tenantId: neighbour.tenantId });
  const id = toUuid(neighbour.tenantId);
  const [made] = await database.owner`
    select
      (select count(*)::int from agents where tenant_id = ${id}) as agents,
      (select count(*)::int from allowlist_edges where tenant_id = ${id}) as edges,
      (select count(*)::int from api_keys where tenant_id = ${id}) as keys,
      (select count(*)::int from messages where tenant_id = ${id}) as messages
  `;
  expect(made).toEqual({ agents: 7, edges: 7, keys: 0, messages: 0 });
});

test("the neighbour is the worked example: $529.40, after two months that were invoiced", async () => {
  const { neighbour } = await seeded();
  if (neighbour === undefined) throw new Error("no neighbour");
  const { tenantId } = neighbour;
  const actor = systemActor(tenantId, "tests");
  const nowMs = Date.now();
  const overview = await readBillingOverview(database.db, actor, nowMs);
  expect(overview.totalMicros).toBe(529_400_000);
  expect(overview).toMatchObject({
    plan: { plan: "growth" },
    agents: { included: { sonnet: 5 }, additional: { opus: 2 } },
    surcharges: [{ thinkingMode: "high", agents: 1 }],
    overage: { enabled: true, tokens: 3_100_000, amountMicros: 12_400_000 },
    lastMonth: { totalMicros: 517_000_000, invoiceId: expect.stringMatching(/^bil_/) },
  });
  const { invoices } = await listInvoices(database.db, actor, { limit: 10, cursor: undefined });
  const [older, last] = pastMonths(nowMs);
  expect(invoices.map(({ number, period }) => [number, period])).toEqual([
    ["INV-000002", last],
    ["INV-000001", older],
  ]);
  // What the roll-ups say is what the events are, and nothing of it is late.
  const [sums] = await database.owner`
    select
      (select sum(input_tokens + output_tokens)::float8 from usage_events where tenant_id = ${toUuid(tenantId)}) as events,
      (select sum(input_tokens + output_tokens)::float8 from usage_days where tenant_id = ${toUuid(tenantId)}) as days,
      (select sum(input_tokens + output_tokens)::float8 from usage_hours where tenant_id = ${toUuid(tenantId)}) as hours,
      (select sum(used_tokens)::float8 from agent_periods where tenant_id = ${toUuid(tenantId)}) as periods,
      (select count(*)::int from usage_events where late) as late`;
  expect(sums).toEqual({
    ...{ days: sums?.events, hours: sums?.events, periods: sums?.events, late: 0 },
    events: expect.any(Number),
  });
  expect(await closeMonths(database.db, { nowMs })).toEqual({ invoices: 0, failures: [] });
});

test("killed before the neighbour's history was made, the next start makes it, once", async () => {
  const { db } = database;
  const dying: Database = { ...db, withSql: () => Promise.reject(new Error("killed")) };
  await expect(seed(dying)).rejects.toThrow("killed");
  await seeded();
  await seeded();
  const [made] = await database.owner`
    select (select count(*)::int from invoices) as invoices,
      (select max(used_tokens)::int from agent_periods) as most`;
  expect(made).toEqual({ invoices: 2, most: 12_200_000 });
});

test.each(["2028-02-29T23:59:59Z", "2027-01-01T00:00:00Z", "2027-03-01T00:10:00Z", "2026-11-27T18:00:00Z"])(
  "what the neighbour has used by %s is the same, and nothing of it is still to come",
  (time) => {
    const nowMs = Date.parse(time);
    const used = new Map<string, number>();
    for (const { name, occurredAtMs, event } of neighbourUse(nowMs)) {
      expect(occurredAtMs).toBeLessThanOrEqual(nowMs);
      const month = `${name} ${periodOf(occurredAtMs)}`;
      used.set(month, (used.get(month) ?? 0) + event.inputTokens + event.outputTokens);
    }
    const overs = neighbourAgents.map(({ name, modelTier }): number => {
      const quota = tierCatalogue[modelTier].tokenQuota;
      for (const month of pastMonths(nowMs)) expect(used.get(`${name} ${month}`) ?? 0).toBeLessThan(quota);
      return Math.max(0, (used.get(`${name} ${periodOf(nowMs)}`) ?? 0) - quota);
    });
    expect(overs).toEqual([0, 0, 2_200_000, 900_000, 0, 0, 0]);
  },
);

test("a data folder from before there was a neighbour keeps its demo and gets one", async () => {
  const { neighbour: _made, retired: _paused, ...older } = await seeded();
  await writeFile(demoCredentialsPath(dataDir), JSON.stringify(older));
  // No one can remove a tenant, so an older database is one where it has another name.
  await database.owner`update tenants set slug = 'older' where slug = 'larkspur-insurance'`;
  await database.owner`update users set email = 'older@larkspur.example' where email = 'admin@larkspur.example'`;

  const { neighbour, ...demo } = await seeded();
  expect(demo).toEqual(older);
  if (neighbour === undefined) throw new Error("no neighbour");
  await signInWith(neighbour.admin);
  await signInWith(demo.admin);
  expect(await seed()).toEqual({ ...demo, neighbour });
});

test("killed after the file was written and before the commit, the next start seeds again", async () => {
  const dying: Database = {
    ...database.db,
    asSystem: (work, options) =>
      database.db.asSystem(async (tx) => {
        const result = await work(tx);
        if (options?.readOnly !== true) throw new Error("killed");
        return result;
      }, options),
  };
  await expect(seed(dying)).rejects.toThrow("killed");
  const stale = await readFile(demoCredentialsPath(dataDir), "utf8");
  expect(await database.owner`select 1 from tenants where not is_system`).toHaveLength(0);

  const demo = await seeded();
  expect(JSON.parse(stale).tenantId).not.toBe(demo.tenantId);
  for (const { key } of demo.agents) expect(await resolve(key)).toBeDefined();
});

test.each(["lost", "damaged", "another's"])(
  "a file that is %s is made anew: new credentials work, the old ones end",
  async (how) => {
    const before = await seeded();
    const planner = before.agents[0];
    if (planner === undefined) throw new Error("no planner");
    await database.owner`update agents set name = 'Renamed' where id = ${toUuid(planner.id)}`;
    const path = demoCredentialsPath(dataDir);
    if (how === "lost") await rm(path);
    else if (how === "damaged") await writeFile(path, '{"tenantId":');
    else await writeFile(path, JSON.stringify({ ...before, tenantId: "ten_00000000000000000000000000" }));

    const after = await seeded();
    expect(after.agents.map(({ id, role }) => ({ id, role }))).toEqual(
      before.agents.map(({ id, role }) => ({ id, role })),
    );
    expect(after.agents[0]?.name).toBe("Renamed");
    for (const { key } of after.agents) expect(await resolve(key)).toBeDefined();
    for (const { key } of before.agents) expect(await resolve(key)).toBeUndefined();
    expect(after.retired).toEqual(before.retired);
    await signInWith(after.admin);
    if (after.neighbour === undefined) throw new Error("no neighbour");
    await signInWith(after.neighbour.admin);
    await expect(signInWith(before.admin)).rejects.toMatchObject({ code: "invalid_credentials" });
    expect(await seed()).toEqual(after);
  },
);

test("a database with customers and no demo is left alone", async () => {
  await createTenantFixture(database.db);
  expect(await seed()).toBeUndefined();
  expect(await readdir(dataDir)).toEqual([]);
  expect(logged).toEqual([]);
});

test("the demo's agents are as many as it says, and its passwords are long and never the same", () => {
  expect(demoAgents).toHaveLength(6);
  const passwords = Array.from({ length: 100 }, generatePassword);
  expect(new Set(passwords).size).toBe(100);
  for (const password of passwords) expect(password).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/);
});
