import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Actor, AgentActor, UserActor } from "#app/domain/auth/actor.ts";
import { createKeyedDigest } from "#app/domain/auth/keyed-digest.server.ts";
import type { Role } from "#app/domain/auth/scopes.ts";
import { defaultLimits, type LimitSettings } from "#app/domain/limits/limit-settings.ts";
import { createRateLimits, type RateLimits } from "#app/domain/limits/rate-limits.server.ts";
import { newId, SYSTEM_TENANT_ID, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { aRequest, createTenantFixture, type TenantFixture } from "#tests/setup/tenant-fixture.ts";

let database: TestDatabase;
let tenant: TenantFixture;
let refusals: string[];
let made: RateLimits[];
beforeAll(async () => {
  database = await createTestDatabase();
  tenant = await createTenantFixture(database.db);
  refusals = [];
  made = [];
});
afterEach(async () => {
  await Promise.all(made.splice(0).map((limits) => limits.close()));
  refusals = [];
});
afterAll(() => database.drop());

/** What each process of a deployment has. */
function limitsWith(settings: Partial<LimitSettings> = {}): RateLimits {
  const limits = createRateLimits({
    db: database.db,
    log: {
      info: () => undefined,
      warn: (fields, message) => expect.fail(`logged ${message}: ${JSON.stringify(fields)}`),
      error: (fields, message) => expect.fail(`logged ${message}: ${JSON.stringify(fields)}`),
    },
    settings: { ...defaultLimits, ...settings },
    digest: createKeyedDigest("a secret key for tests, of at least 32 characters"),
    metrics: {
      rateLimitRefused: (limit) => void refusals.push(limit),
      auditFailures: { inc: () => expect.fail("an event was not recorded") },
    },
  });
  made.push(limits);
  return limits;
}

const person = (role: Role = "tenant_admin"): UserActor => ({ ...tenant.admin, id: newId("usr"), role });
const program = (): AgentActor => ({
  ...{ kind: "agent", id: newId("agt"), tenantId: tenant.tenantId, name: "Courier" },
  scopes: new Set(),
  credential: { kind: "key", id: newId("key") },
});

async function passed(limits: RateLimits, actor: Actor, times: number): Promise<number> {
  let count = 0;
  for (let i = 0; i < times; i += 1) if ((await limits.takeActor(actor, aRequest)).isWithin) count += 1;
  return count;
}

const events = (actorId: string | null) => database.owner`
  select tenant_id, actor_kind, actor_name, resource_type, resource_id, status, details, ip_hash is not null as has_ip
  from audit_events where action = 'rate_limit.refused' and actor_id is not distinct from ${actorId}
  order by xid, id
`;

describe("asking agents", () => {
  test("200 at once in two processes with a limit of 20: exactly 20 pass, and each refusal says how many whole seconds to wait", async () => {
    const [one, other] = [limitsWith(), limitsWith()];
    const actor = person("member");
    const asks = await Promise.allSettled(
      Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? one : other).asks.take(actor, aRequest)),
    );
    expect(asks.filter(({ status }) => status === "fulfilled")).toHaveLength(20);
    for (const ask of asks) {
      if (ask.status === "fulfilled") continue;
      expect(ask.reason).toMatchObject({ code: "rate_limited", extensions: { limit: "asks" } });
      expect(ask.reason.retryAfterSeconds).toSatisfy(Number.isInteger);
      expect(ask.reason.retryAfterSeconds).toBeGreaterThan(0);
      expect(ask.reason.retryAfterSeconds).toBeLessThanOrEqual(60);
    }
    expect(refusals).toHaveLength(180);
  });

  test.each([
    ["tenant_admin", 100],
    ["developer", 50],
    ["member", 20],
  ] as const)("has a limit for a %s of %i", async (role, expected) => {
    const limits = limitsWith();
    const actor = person(role);
    const asks = await Promise.allSettled(
      Array.from({ length: 120 }, () => limits.asks.take(actor, aRequest)),
    );
    expect(asks.filter(({ status }) => status === "fulfilled")).toHaveLength(expected);
  });

  test("a program asks as a member does, and whose role changes keeps their count", async () => {
    const limits = limitsWith();
    const asker = program();
    const asks = Array.from({ length: 30 }, () => limits.asks.take(asker, aRequest));
    expect((await Promise.allSettled(asks)).filter(({ status }) => status === "fulfilled")).toHaveLength(20);

    const actor = person("developer");
    for (let i = 0; i < 25; i += 1) await limits.asks.take(actor, aRequest);
    await expect(limits.asks.take({ ...actor, role: "member" }, aRequest)).rejects.toMatchObject({
      code: "rate_limited",
    });
  });
});

describe("requests", () => {
  test("of a person and of a key have limits of their own, beside their tenant's", async () => {
    const small = (requests: number) => ({ requests, windowMs: 60_000 });
    const limits = limitsWith({ user: small(10), apiKey: small(15), tenant: small(40) });
    const [one, other, key] = [person(), person(), program()];
    expect(await passed(limits, one, 14)).toBe(10);
    expect(await passed(limits, key, 20)).toBe(15);
    // 25 of the tenant's 40 are gone: refused requests took none of them.
    expect(await passed(limits, other, 14)).toBe(10);
    expect(await passed(limits, person(), 14)).toBe(5);
    expect(new Set(refusals)).toEqual(new Set(["user", "api_key", "tenant"]));
    const elsewhere = { ...person(), tenantId: newId("ten") };
    expect(await passed(limits, elsewhere, 5)).toBe(5);
  });

  test("show the limit that has less left", async () => {
    const limits = limitsWith({ tenant: { requests: 900, windowMs: 60_000 } });
    const actor = { ...person(), tenantId: newId("ten") };
    expect(await limits.takeActor(actor, aRequest)).toMatchObject({ limit: "tenant", remaining: 899 });
    const program_ = { ...program(), tenantId: newId("ten") };
    expect(await limitsWith().takeActor(program_, aRequest)).toMatchObject({
      ...{ limit: "api_key", requests: 5_000, remaining: 4_999 },
    });
  });

  test("of nobody count by address; all of an IPv6 /64 is one, and no address is stored", async () => {
    const limits = limitsWith({ address: { requests: 3, windowMs: 60_000 } });
    const take = async (address: string) => (await limits.takeAddress(address, aRequest)).isWithin;
    for (const end of ["1", "2", "abcd:1"]) expect(await take(`2001:db8:1:2::${end}`)).toBe(true);
    expect(await take("2001:db8:1:2:ffff::1")).toBe(false);
    expect(await take("2001:db8:1:3::1")).toBe(true);
    for (let i = 0; i < 3; i += 1) expect(await take("203.0.113.9")).toBe(true);
    expect(await take("::ffff:203.0.113.9")).toBe(false);
    expect(await take("203.0.113.10")).toBe(true);
    await expect
      .poll(() => database.owner`select key from rate_limits where key like 'address:%'`)
      .toHaveLength(4);
    const keys = await database.owner`select key from rate_limits`;
    expect(JSON.stringify(keys)).not.toMatch(/2001|203\.0/);
  });
});

describe("refusals", () => {
  test("are one audit event, however many there are", async () => {
    const limits = limitsWith({ user: { requests: 2, windowMs: 60_000 } });
    const actor = person();
    await passed(limits, actor, 52);
    await limits.flush();
    expect(await events(actor.id)).toEqual([
      {
        ...{ tenant_id: toUuid(tenant.tenantId), actor_kind: "user", actor_name: "Ada Admin" },
        ...{ resource_type: "rate_limit", resource_id: "user", status: "denied", has_ip: true },
        details: { limit: "user", refusals: 50 },
      },
    ]);
    await passed(limits, actor, 7);
    await limits.close();
    expect((await events(actor.id)).map(({ details }) => details.refusals)).toEqual([50, 7]);
  });

  test("are told within seconds, without anybody asking for it", async () => {
    const limits = limitsWith({ asks: { ...defaultLimits.asks, member: { requests: 1, windowMs: 60_000 } } });
    const actor = person("member");
    await limits.asks.take(actor, aRequest);
    await expect(limits.asks.take(actor, aRequest)).rejects.toThrow(/more than 1 questions/);
    await expect.poll(() => events(actor.id), { timeout: 5_000 }).toHaveLength(1);
  });

  test("of nobody known are the system's, without the address", async () => {
    const limits = limitsWith({ signIn: { requests: 1, windowMs: 60_000 } });
    expect(await limits.takeSignIn("198.51.100.7", aRequest)).toMatchObject({ isWithin: true, remaining: 0 });
    await expect(limits.takeSignIn("198.51.100.7", aRequest)).rejects.toMatchObject({
      ...{ code: "rate_limited", extensions: { limit: "sign_in" } },
    });
    await limits.flush();
    const found = await events(null);
    expect(found.filter(({ details }) => details.limit === "sign_in")).toMatchObject([
      { tenant_id: toUuid(SYSTEM_TENANT_ID), has_ip: true, details: { refusals: 1 } },
    ]);
    expect(JSON.stringify(found)).not.toContain("198.51");
  });
});
