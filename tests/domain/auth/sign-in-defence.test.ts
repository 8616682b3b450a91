import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHeldAttempts, type HeldAttempts } from "#app/domain/auth/held-attempts.server.ts";
import { createKeyedDigest } from "#app/domain/auth/keyed-digest.server.ts";
import { purgeSignIns } from "#app/domain/auth/purge-sign-ins.server.ts";
import { signIn } from "#app/domain/auth/sign-in.server.ts";
import type { SignInPlace } from "#app/domain/auth/sign-in-place.ts";
import { unlockAccount } from "#app/domain/auth/unlock-account.server.ts";
import { createDatabase } from "#db/client.server.ts";
import type { Database } from "#db/database.ts";
import { SYSTEM_TENANT_ID, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { aRequest, createTenantFixture, silentLog, type TenantFixture } from "#tests/setup/tenant-fixture.ts";

/** Many come at once, on few connections and perhaps a busy machine. */
const patient = { acquireTimeoutMs: 20_000 };

let database: TestDatabase;
let heldAttempts: HeldAttempts;
let tenant: TenantFixture;
beforeAll(async () => {
  database = await createTestDatabase(patient);
  heldAttempts = createHeldAttempts({ db: database.db, log: silentLog });
  tenant = await createTenantFixture(database.db);
});
afterAll(async () => {
  await heldAttempts.close();
  await database.drop();
});

const digest = createKeyedDigest("a secret key for tests, of at least 32 characters");

/** Each test has addresses of its own. */
let nextNetwork = 0;
const newNetwork = (): string => {
  nextNetwork += 1;
  return `10.${Math.floor(nextNetwork / 256)}.${nextNetwork % 256}`;
};
const somewhere = (): string => `${newNetwork()}.7`;

interface Attempt extends Partial<Omit<SignInPlace, "digest">> {
  email?: string;
  password?: string;
  db?: Database;
}

const attempt = ({ db = database.db, address = somewhere(), deviceId, location, ...who }: Attempt = {}) =>
  signIn(
    { db, log: silentLog, heldAttempts },
    {
      ...{ email: tenant.email, password: "wrong", userAgent: null, replacedToken: undefined },
      ...{ request: aRequest, place: { address, deviceId, location, digest } },
      ...who,
    },
  );

type Outcome = "in" | "wrong" | { waitSeconds: number };

async function outcome(of: Attempt = {}): Promise<Outcome> {
  try {
    await attempt(of);
    return "in";
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    if (error.code === "invalid_credentials") return "wrong";
    expect(error).toMatchObject({ code: "rate_limited" });
    if (!("retryAfterSeconds" in error)) throw error;
    return { waitSeconds: Number(error.retryAfterSeconds) };
  }
}

async function outcomes(times: number, of: () => Attempt): Promise<Outcome[]> {
  const all: Outcome[] = [];
  for (let i = 0; i < times; i += 1) all.push(await outcome(of()));
  return all;
}

/** As if the waits that are on were over. */
const letWaitsPass = () =>
  database.owner`update sign_in_failures set blocked_until = now() - interval '1 second' where blocked_until > now()`;

const freshTenant = () => createTenantFixture(database.db);

const events = (action: string, resourceId: string | null) => database.owner`
  select tenant_id, status, details from audit_events
  where action = ${action} and resource_id is not distinct from ${resourceId}
  order by xid, id
`;

describe("failed sign-ins of an account", () => {
  test("cost the next attempt a wait that doubles, up to a quarter of an hour, wherever they come from", async () => {
    const { email } = await freshTenant();
    expect(await outcomes(5, () => ({ email }))).toEqual(Array.from({ length: 5 }, () => "wrong"));
    const waits: number[] = [];
    for (let i = 0; i < 10; i += 1) {
      const held = await outcome({ email });
      if (typeof held === "string") throw new Error(`it did not have to wait: ${held}`);
      waits.push(held.waitSeconds);
      await letWaitsPass();
      expect(await outcome({ email })).toBe("wrong");
    }
    // Of which a busy machine may have let a second or two pass.
    for (const [n, seconds] of [5, 10, 20, 40, 80, 160, 320, 640, 900, 900].entries())
      expect(waits[n], `wait ${n}`).toSatisfy((wait: number) => wait > seconds - 3 && wait <= seconds);
  });

  test("hold up the right password too, where the person is not known", async () => {
    const victim = await freshTenant();
    await outcomes(5, () => ({ email: victim.email }));
    expect(await outcome(victim)).toEqual({ waitSeconds: 5 });
    await letWaitsPass();
    expect(await outcome(victim)).toBe("in");
  });

  test("make no difference between an account and none: same answers, same waits, same words, same work", async () => {
    const { email } = await freshTenant();
    const nobody = "nobody-at-all@example.com";
    const of = async (address: string) => {
      const db = countingCalls(database.db);
      const all = [...(await outcomes(7, () => ({ email: address, db })))];
      const words = await attempt({ email: address, db }).catch((error: Error) => error.message);
      return { all, words, calls: db.calls };
    };
    const [known, unknown] = [await of(email), await of(nobody)];
    expect(known).toEqual(unknown);
    expect(known.words).toMatch(
      /^Too many attempts to sign in have failed\. Please try again in \d seconds\.$/,
    );
    expect(known.all.slice(5)).toEqual([{ waitSeconds: 5 }, { waitSeconds: 5 }]);
  });

  test("count exactly when they come at once, over two processes: none slips through beside the others", async () => {
    const { email, adminId } = await freshTenant();
    const other = createDatabase({ ...database, ...patient });
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, i) => outcome({ email, db: i % 2 === 0 ? database.db : other })),
    );
    await other.close();
    expect(all.filter((one) => one === "wrong")).toHaveLength(5);
    await heldAttempts.flush();
    const recorded = await events("auth.login.failed", adminId);
    const details = recorded.map((event) => event.details);
    expect(details.filter(({ reason }) => reason === "wrong_password")).toHaveLength(5);
    const held = details.filter(({ reason }) => reason === "throttled");
    expect(held.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(35);
    expect(await events("auth.account.locked", adminId)).toHaveLength(1);
  });

  test("that have to wait are told together, with their number: a flood does not fill the trail", async () => {
    const { email, adminId, tenantId } = await freshTenant();
    await heldAttempts.flush();
    await outcomes(45, () => ({ email }));
    await heldAttempts.flush();
    const held = (await events("auth.login.failed", adminId)).filter(
      ({ details }) => details.reason === "throttled",
    );
    expect(held.length).toBeLessThanOrEqual(3);
    expect(held.reduce((sum, { details }) => sum + details.attempts, 0)).toBe(40);
    expect(held[0]).toMatchObject({ tenant_id: toUuid(tenantId), status: "failure" });

    const ofNobody = async () =>
      (await events("auth.login.failed", null)).filter(({ details }) => details.reason === "throttled");
    const before = await ofNobody();
    const address = somewhere();
    await outcomes(50, () => ({ email: `flood-${Math.random()}@example.com`, address }));
    await heldAttempts.flush();
    const added = (await ofNobody()).slice(before.length);
    expect(added.length).toBeLessThanOrEqual(3);
    expect(added.reduce((sum, { details }) => sum + details.attempts, 0)).toBe(20);
    expect(added[0]?.details.email).toBe("f…@example.com");
  });

  test("are not made worse by attempts that have to wait", async () => {
    const { email } = await freshTenant();
    await outcomes(5, () => ({ email }));
    const rows = () => database.owner`
      select failures, blocked_until from sign_in_failures order by last_failed_at desc limit 1
    `;
    const before = await rows();
    await outcomes(20, () => ({ email }));
    expect(await rows()).toEqual(before);
  });

  test("are forgotten after a day without any", async () => {
    const { email } = await freshTenant();
    await outcomes(4, () => ({ email }));
    await database.owner`update sign_in_failures set last_failed_at = now() - interval '25 hours'`;
    expect(await outcomes(5, () => ({ email }))).toEqual(Array.from({ length: 5 }, () => "wrong"));
    expect(await outcome({ email })).toEqual({ waitSeconds: 5 });
  });

  test("are recorded as one lock, and as one end of it when the person comes in", async () => {
    const { email, adminId, tenantId, password } = await freshTenant();
    await outcomes(6, () => ({ email }));
    await letWaitsPass();
    await outcome({ email });
    await letWaitsPass();
    expect(await outcome({ email, password })).toBe("in");
    const tenant_id = toUuid(tenantId);
    expect(await events("auth.account.locked", adminId)).toEqual([
      { tenant_id, status: "failure", details: { by: "account", failures: 5, seconds: 5 } },
    ]);
    expect(await events("auth.account.unlocked", adminId)).toEqual([
      { tenant_id, status: "success", details: { by: "sign_in" } },
    ]);
    // From the start again.
    expect(await outcomes(5, () => ({ email }))).toEqual(Array.from({ length: 5 }, () => "wrong"));
  });
});

describe("the person whose account is attacked", () => {
  test("gets in at a browser and in a network that they are known at, while the attack goes on from everywhere", async () => {
    const victim = await freshTenant();
    const home = newNetwork();
    const deviceId = "the victim's browser";
    expect(await outcome({ ...victim, address: `${home}.1`, deviceId })).toBe("in");

    for (let round = 0; round < 12; round += 1) {
      await outcomes(2, () => ({ email: victim.email, deviceId: "an attacker's browser" }));
      if (round < 11) await letWaitsPass();
      expect(await outcome({ ...victim, deviceId })).toBe("in");
      expect(await outcome({ ...victim, address: `${home}.200` })).toBe("in");
    }
    expect(await outcome({ email: victim.email })).toEqual({ waitSeconds: 900 });
  });

  test("has few tries at their own browser as well", async () => {
    const victim = await freshTenant();
    const deviceId = "a browser that was left behind";
    expect(await outcome({ ...victim, deviceId })).toBe("in");
    expect((await outcomes(6, () => ({ email: victim.email, deviceId }))).at(-1)).toEqual({ waitSeconds: 5 });
  });

  test("is not helped by, nor helps, those who have signed in to other accounts there", async () => {
    const [victim, attacker] = [await freshTenant(), await freshTenant()];
    const place = { address: somewhere(), deviceId: "the attacker's own" };
    expect(await outcome({ ...attacker, ...place })).toBe("in");
    await outcomes(5, () => ({ email: victim.email }));
    expect(await outcome({ email: victim.email, ...place })).toEqual({ waitSeconds: 5 });
  });

  test("is free at once after a reset, at all places; the lock's end is recorded", async () => {
    const victim = await freshTenant();
    const deviceId = "known";
    await outcome({ ...victim, deviceId });
    await outcomes(5, () => ({ email: victim.email, deviceId }));
    await outcomes(5, () => ({ email: victim.email }));
    const { adminId: userId, tenantId, email } = victim;
    await database.db.asSystem((tx) =>
      unlockAccount(tx, { userId, tenantId, email, name: "Ada Admin", by: "reset", digest, request: null }),
    );
    expect(await outcome({ ...victim, deviceId })).toBe("in");
    expect(await outcome(victim)).toBe("in");
    expect(await events("auth.account.unlocked", userId)).toMatchObject([{ details: { by: "reset" } }]);
  });
});

describe("failed sign-ins of an address", () => {
  test("cost it a wait over all accounts, in all of an IPv6 /64; who is known by their browser is not held up", async () => {
    const addressLocks = async () =>
      (await events("auth.account.locked", null)).filter(({ details }) => details.by === "address");
    const before = (await addressLocks()).length;
    const known = await freshTenant();
    const deviceId = "a colleague's browser";
    const from = (end: number) => `2001:db8:77:1::${end.toString(16)}`;
    expect(await outcome({ ...known, address: from(1), deviceId })).toBe("in");
    let n = 0;
    const spray = () => ({ email: `victim-${n++}@example.com`, address: from(n) });
    expect(await outcomes(30, spray)).toEqual(Array.from({ length: 30 }, () => "wrong"));
    expect(await outcome(spray())).toEqual({ waitSeconds: 5 });
    expect(await outcome({ ...known, address: from(9), deviceId })).toBe("in");
    expect(await outcome({ ...known, address: from(9) })).toEqual({ waitSeconds: 5 });
    expect(await outcome({ ...known, address: "2001:db8:77:2::1" })).toBe("in");
    expect((await addressLocks()).slice(before)).toEqual([
      {
        ...{ tenant_id: toUuid(SYSTEM_TENANT_ID), status: "failure" },
        details: { by: "address", failures: 30, seconds: 5 },
      },
    ]);
  });

  test("are not forgotten for a success in between, which is no failure itself", async () => {
    const own = await freshTenant();
    const address = somewhere();
    const failures = async () => {
      const rows = await database.owner`
        select failures, blocked_until is not null as is_blocked from sign_in_failures
        where kind = 'address' order by last_failed_at desc limit 1
      `;
      return rows[0];
    };
    await outcomes(29, () => ({ email: `x${Math.random()}@example.com`, address }));
    expect(await failures()).toEqual({ failures: 29, is_blocked: false });
    // It would be the thirtieth.
    expect(await outcome({ ...own, address })).toBe("in");
    expect(await failures()).toEqual({ failures: 29, is_blocked: false });
  });
});

describe("a sign-in", () => {
  test("says whether its place is new, once one is known, and in which country it is", async () => {
    const person = await freshTenant();
    const berlin = { country: "DE", region: "BE" };
    const steps: [Attempt, object][] = [
      [{}, { newNetwork: true, first: true }],
      [{ location: berlin }, { newNetwork: true, newLocation: false, country: "DE" }],
      [{ location: berlin }, { newNetwork: true, newLocation: false, country: "DE" }],
      [{ location: { country: "DE", region: "HH" } }, { newNetwork: true, newLocation: true, country: "DE" }],
      [{ location: { country: "FR", region: undefined } }, { newLocation: true, country: "FR" }],
      [{ location: berlin }, { newNetwork: true, newLocation: false, country: "DE" }],
    ];
    for (const [step, expected] of steps) {
      const { sessionId } = await attempt({ ...person, ...step });
      const [event] = await events("auth.login.succeeded", sessionId);
      expect(event?.details).toMatchObject(expected);
      if (step.location === undefined) expect(event?.details).not.toHaveProperty("country");
    }
  });

  test("says whether browser and network are new; only digests of them are kept", async () => {
    const person = await freshTenant();
    const [home, cafe] = [newNetwork(), newNetwork()];
    const steps: [Attempt, object][] = [
      [
        { address: `${home}.1`, deviceId: "laptop" },
        { newDevice: true, newNetwork: true },
      ],
      [
        { address: `${home}.99`, deviceId: "laptop" },
        { newDevice: false, newNetwork: false },
      ],
      [
        { address: `${cafe}.1`, deviceId: "laptop" },
        { newDevice: false, newNetwork: true },
      ],
      [
        { address: `${cafe}.1`, deviceId: "phone" },
        { newDevice: true, newNetwork: false },
      ],
      [{ address: `${cafe}.1` }, { newNetwork: false }],
    ];
    for (const [step, expected] of steps) {
      const { sessionId } = await attempt({ ...person, ...step });
      const [event] = await events("auth.login.succeeded", sessionId);
      const { newDevice, newNetwork } = event?.details ?? {};
      expect({ ...(newDevice !== undefined && { newDevice }), newNetwork }).toEqual(expected);
    }
    const places = await database.owner`
      select kind, length(hash) as bytes from sign_in_places where user_id = ${toUuid(person.adminId)} order by kind
    `;
    expect(places).toEqual([
      ...[
        { kind: "device", bytes: 32 },
        { kind: "device", bytes: 32 },
      ],
      ...[
        { kind: "network", bytes: 32 },
        { kind: "network", bytes: 32 },
      ],
    ]);
  });
});

describe("the purge", () => {
  test("takes old failures and places, and leaves the others", async () => {
    const { owner, db } = database;
    const person = await freshTenant();
    await attempt({ ...person, deviceId: "stays" });
    await attempt({ ...person, deviceId: "goes" });
    await outcome({ email: "stays@example.com" });
    await owner`update sign_in_failures set last_failed_at = now()`;
    await owner`update sign_in_places set last_seen_at = now()`;
    const count = async () => {
      const [row] = await owner`
        select (select count(*) from sign_in_failures)::int as failures, (select count(*) from sign_in_places)::int as places
      `;
      return { failures: Number(row?.failures), places: Number(row?.places) };
    };
    const before = await count();
    await owner`
      insert into sign_in_failures (kind, hash, failures, last_failed_at)
      select 'address', sha256(n::text::bytea), 3, now() - interval '3 days' from generate_series(1, 25) as n
    `;
    await owner`
      update sign_in_places set last_seen_at = now() - interval '401 days'
      where user_id = ${toUuid(person.adminId)} and kind = 'device' and hash = ${digest("sign-in device", "goes")}
    `;
    expect(await purgeSignIns(db, { batchSize: 10 })).toBe(26);
    expect(await count()).toEqual({ failures: before.failures, places: before.places - 1 });
  });
});

/** How often each way to the database was taken. */
function countingCalls(db: Database): Database & { calls: Record<string, number> } {
  const calls: Record<string, number> = {};
  const note = (name: string) => {
    calls[name] = (calls[name] ?? 0) + 1;
  };
  return {
    ...db,
    calls,
    asTenant(...given) {
      note("asTenant");
      return db.asTenant(...given);
    },
    asSystem(...given) {
      note("asSystem");
      return db.asSystem(...given);
    },
    withSql(...given) {
      note("withSql");
      return db.withSql(...given);
    },
  };
}
