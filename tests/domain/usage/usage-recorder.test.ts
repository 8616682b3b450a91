import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AgentActor } from "#app/domain/auth/actor.ts";
import { updateAgent } from "#app/domain/messaging/update-agent.server.ts";
import { addMonths, periodOf } from "#app/domain/usage/period.ts";
import type { CommittedUsage, UsageRecorder } from "#app/domain/usage/usage-recorder.server.ts";
import { createDatabase } from "#db/client.server.ts";
import { type Database, DatabaseUnavailableError } from "#db/database.ts";
import { newId, newUuid, toUuid } from "#db/ids.ts";
import { createFleet, type Fleet, request } from "#tests/domain/messaging/fleet.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { differences, openRecorder, toldOf, usageOf } from "./reporting.ts";

let database: TestDatabase;
let fleet: Fleet;
let a: AgentActor;
let b: AgentActor;
let recorder: UsageRecorder;
let commits: CommittedUsage[];

beforeAll(async () => {
  database = await createTestDatabase({ lockTimeoutMs: 300 });
});
beforeEach(async () => {
  fleet = await createFleet(database);
  [a, b] = [await fleet.addAgent("A"), await fleet.addAgent("B")];
  commits = [];
  recorder = open();
});
afterEach(async () => {
  await recorder.close();
  expect(await differences(database, fleet.tenantId)).toEqual({});
});
afterAll(() => database.drop());

const open = (options: Parameters<typeof openRecorder>[1] = {}) =>
  openRecorder(database, {
    lanes: 1,
    metrics: { committed: (one) => commits.push(one), waited: () => undefined },
    ...options,
  });
const record = (...events: ReturnType<typeof usageOf>[]) => recorder.record(fleet.admin, events, request);
const kindsOf = (outcomes: readonly { kind: string }[]) => outcomes.map(({ kind }) => kind);
const readEvents = () => database.owner`
  select *, terms_from::text as terms_from from usage_events
  where tenant_id = ${toUuid(fleet.tenantId)} order by occurred_at, id`;

describe("an event", () => {
  it("is kept as it was reported, and counted in every roll-up", async () => {
    const key = newUuid();
    const [outcome] = await record(
      usageOf(a, {
        ...{ inputTokens: 1_000, outputTokens: 200, cachedTokens: 400, thinkingTokens: 50 },
        ...{ toolsCalled: ["search", "search", "write"], query: "Which arm?", responseLength: 90 },
        ...{ durationMs: 1_200, conversationId: "NW-7", runId: "run-1", userId: "ada", idempotencyKey: key },
      }),
    );
    expect(outcome).toMatchObject({ kind: "recorded", id: expect.stringMatching(/^usg_/) });
    // 600 at $3, 400 at $0.30 and 200 at $15 a million.
    expect(outcome).toMatchObject({ costMicros: 1_800 + 120 + 3_000 });
    expect(await readEvents()).toMatchObject([
      {
        ...{ provider: "anthropic", model_tier: "sonnet", input_tokens: "1000", cached_tokens: "400" },
        ...{ tools_called: ["search", "search", "write"], query: "Which arm?", user_id: "ada", late: false },
        ...{ cost_micros: "4920", cost_reported: false, response_length: 90 },
      },
    ]);
    const tools = await database.owner`
      select tool, (select sum(calls) from unnest(calls_by_day) calls) as calls from usage_tool_months
      where tenant_id = ${toUuid(fleet.tenantId)} order by tool`;
    expect([...tools]).toEqual([
      { tool: "search", calls: "2" },
      { tool: "write", calls: "1" },
    ]);
  });

  it("costs what its reporter says, and belongs to the provider that they name", async () => {
    await record(usageOf(a, { costMicros: 7, provider: "acme" }), usageOf(a, { model: "of-our-own" }));
    const events = await readEvents();
    expect(events.map(({ cost_reported, provider }) => [cost_reported, provider])).toEqual(
      expect.arrayContaining([
        [true, "acme"],
        [false, "other"],
      ]),
    );
    expect(events.find(({ provider }) => provider === "acme")).toMatchObject({ cost_micros: "7" });
  });

  it("is priced by the terms that held when it occurred, to the tier", async () => {
    const before = new Date(Date.now() - 1).toISOString();
    await database.owner`
      update agent_terms set valid_from = now() - interval '1 day' where agent_id = ${toUuid(a.id)}`;
    await database.owner`
      update plan_terms set valid_from = now() - interval '2 days' where tenant_id = ${toUuid(fleet.tenantId)}`;
    await updateAgent(database.db, fleet.admin, a.id, { modelTier: "opus" }, request);
    const long = new Date(Date.now() - 20 * 24 * 3_600_000).toISOString();
    await record(usageOf(a), usageOf(a, { occurredAt: before }), usageOf(a, { occurredAt: long }));
    const terms = await database.owner<{ at: string; tier: string }[]>`
      select valid_from::text as at, model_tier as tier from agent_terms
      where agent_id = ${toUuid(a.id)} order by valid_from`;
    // Of a time before all terms, the first ones.
    expect((await readEvents()).map(({ terms_from, model_tier }) => [terms_from, model_tier])).toEqual([
      [terms[0]?.at, "sonnet"],
      [terms[0]?.at, "sonnet"],
      [terms[1]?.at, "opus"],
    ]);
  });

  it("of a month that is over counts there, is marked, and fires nothing", async () => {
    const lastMonth = new Date(Date.now() - 34 * 24 * 3_600_000).toISOString();
    const [outcome] = await record(
      usageOf(a, { occurredAt: lastMonth, inputTokens: 50_000_000, outputTokens: 0 }),
    );
    expect(outcome).toMatchObject({ kind: "recorded" });
    const months = await database.owner`
      select period::text, used_tokens from agent_periods where agent_id = ${toUuid(a.id)}`;
    expect([...months]).toEqual([{ period: periodOf(Date.parse(lastMonth)), used_tokens: "50000000" }]);
    expect(await readEvents()).toMatchObject([{ late: true }]);
    expect(await toldOf(database, a.id)).toEqual([]);
    expect(periodOf(Date.parse(lastMonth)) <= addMonths(periodOf(Date.now()), -1)).toBe(true);
  });
});

describe("events of several days", () => {
  it("in one batch count on the days that they are of, beside what those days have had before", async () => {
    const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 3_600_000).toISOString();
    const ofDays = () =>
      [0, 0, 1, 20, 34].flatMap((days) =>
        [a, b].map((who, n) =>
          usageOf(who, {
            ...{ occurredAt: daysAgo(days), inputTokens: 100 + days, costMicros: days + n },
            ...{ userId: `user-${days % 2}`, toolsCalled: ["search", `tool-${n}`] },
          }),
        ),
      );
    await record(...ofDays());
    await record(usageOf(a, { userId: "user-0", toolsCalled: ["search"] }));
    await record(...ofDays());
    // That the roll-ups are what the events say is looked at after each test of this file.
    const [months] = await database.owner`
      select count(distinct month)::int as months,
        (select count(*)::int from usage_tenant_days where tenant_id = ${toUuid(fleet.tenantId)}) as days
      from usage_months where tenant_id = ${toUuid(fleet.tenantId)}`;
    expect(months).toMatchObject({ days: 4 });
    expect(months?.months).toBeGreaterThanOrEqual(2);
  });
});

describe("what is reported again", () => {
  it("is a duplicate with the first one's id: in a batch, later, and by another process", async () => {
    const event = usageOf(a, { idempotencyKey: "query-1" });
    const [first, second] = await record(event, event);
    expect(kindsOf([first, second].flatMap((one) => one ?? []))).toEqual(["recorded", "duplicate"]);
    const other = open();
    const [third] = await other.record(fleet.admin, [event], request);
    await other.close();
    expect([second, third]).toEqual(Array(2).fill({ kind: "duplicate", id: Object(first).id }));
    expect(await readEvents()).toHaveLength(1);
  });

  it("is known within its agent: another agent's key is another event", async () => {
    const outcomes = await record(
      usageOf(a, { idempotencyKey: "query-1" }),
      usageOf(b, { idempotencyKey: "query-1" }),
      usageOf(a),
      usageOf(a),
    );
    expect(kindsOf(outcomes)).toEqual(Array(4).fill("recorded"));
  });

  it("counts once when the first attempt failed at a lock", async () => {
    const patient = createDatabase({ ...database, lockTimeoutMs: 14_000 });
    await record(usageOf(a));
    let letGo: (() => void) | undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let isHeld: (() => void) | undefined;
    const holding = new Promise<void>((resolve) => {
      isHeld = resolve;
    });
    const holder = patient.withSql(async (sql) => {
      await sql`select from agent_periods where agent_id = ${toUuid(a.id)} for update`;
      isHeld?.();
      await held;
    });
    await holding;
    const event = usageOf(a, { idempotencyKey: "query-2" });
    const outcomes = await record(event, usageOf(b));
    // The other agent's event is not held up by it.
    expect(outcomes).toMatchObject([
      { kind: "failed", error: { code: "overloaded", retryAfterSeconds: 1 } },
      { kind: "recorded" },
    ]);
    letGo?.();
    await holder;
    await patient.close();
    expect(kindsOf(await record(event))).toEqual(["recorded"]);
    expect(kindsOf(await record(event))).toEqual(["duplicate"]);
  });

  it("counts once when only the answer to the commit was lost", async () => {
    const unlucky = open({ db: breakingOnce("after commit") });
    const event = usageOf(a, { idempotencyKey: "query-3" });
    const outcomes = await unlucky.record(fleet.admin, [event], request);
    await unlucky.close();
    expect(kindsOf(outcomes)).toEqual(["recorded"]);
    expect(kindsOf(await record(event))).toEqual(["duplicate"]);
  });

  it("counts once when the transaction was rolled back after all", async () => {
    const unlucky = open({ db: breakingOnce("before commit") });
    const event = usageOf(a, { idempotencyKey: "query-4" });
    expect(kindsOf(await unlucky.record(fleet.admin, [event], request))).toEqual(["failed"]);
    await unlucky.close();
    expect(await readEvents()).toHaveLength(0);
    expect(kindsOf(await record(event))).toEqual(["recorded"]);
  });
});

/** The real database, whose next transaction fails: before its COMMIT, or after it on the way back. */
function breakingOnce(when: "before commit" | "after commit"): Database {
  let isBroken = false;
  const fail = () => {
    isBroken = true;
    throw new DatabaseUnavailableError("The connection to the database was lost.");
  };
  return {
    ...database.db,
    async withSql(work, options) {
      if (isBroken) return database.db.withSql(work, options);
      if (when === "before commit")
        return database.db.withSql(async (sql) => {
          await work(sql, () => {});
          return fail();
        }, options);
      await database.db.withSql(work, options);
      return fail();
    },
  };
}

describe("who reports", () => {
  it("for an agent that the tenant does not have is told so, and the others count", async () => {
    const other = await createFleet(database, "Other");
    const theirs = await other.addAgent("Theirs");
    const outcomes = await record(usageOf(a), usageOf(theirs), usageOf({ id: newId("agt") }), usageOf(b));
    expect(kindsOf(outcomes)).toEqual(["recorded", "rejected", "rejected", "recorded"]);
    const refusals = outcomes.flatMap((one) => (one.kind === "rejected" ? [one.error] : []));
    expect(refusals.map(({ code, message }) => [code, message])).toEqual(
      Array(2).fill(["not_found", "There is no such agent."]),
    );
    const counted = await database.owner`
      select from usage_events where tenant_id = ${toUuid(other.tenantId)} or agent_id = ${toUuid(theirs.id)}`;
    expect(counted).toHaveLength(0);
  });

  it("with an agent's key reports for that agent alone, whatever the key's rights", async () => {
    const outcomes = await recorder.record(a, [usageOf(a), usageOf(b)], request);
    expect(outcomes).toMatchObject([
      { kind: "recorded" },
      { kind: "rejected", error: { code: "sender_mismatch", errors: [{ path: "agentId" }] } },
    ]);
  });

  it("needs the right to record activity, as a person", async () => {
    const member = await fleet.addPerson("Mia");
    await expect(recorder.record(member, [usageOf(a)], request)).rejects.toMatchObject({ code: "forbidden" });
    const developer = await fleet.addPerson("Dev", "developer");
    expect(kindsOf(await recorder.record(developer, [usageOf(a)], request))).toEqual(["recorded"]);
  });

  it.each([
    ["six minutes ahead", "rejected", 6 * 60_000],
    ["four minutes ahead", "recorded", 4 * 60_000],
    ["35 days and a minute ago", "rejected", -35 * 24 * 3_600_000 - 60_000],
    ["almost 35 days ago", "recorded", -35 * 24 * 3_600_000 + 60_000],
  ])("an event of %s is %s", async (_, kind, ms) => {
    const [outcome] = await record(usageOf(a, { occurredAt: new Date(Date.now() + ms).toISOString() }));
    expect(outcome).toMatchObject(
      kind === "recorded" ? { kind } : { kind, error: { errors: [{ path: "occurredAt" }] } },
    );
  });

  it("is in the audit trail once a call, with what was counted of it", async () => {
    const event = usageOf(a, { idempotencyKey: "query-1" });
    await record(event, usageOf(b), usageOf({ id: newId("agt") }), event);
    await record(event);
    const audit = await database.owner`
      select actor_id, details from audit_events
      where tenant_id = ${toUuid(fleet.tenantId)} and action = 'usage.recorded'`;
    expect([...audit]).toEqual([
      {
        actor_id: fleet.admin.id,
        details: {
          ...{ events: 2, notCounted: 2, agents: 2, inputTokens: 200, outputTokens: 40 },
          costMicros: 2 * (300 + 300),
        },
      },
    ]);
  });
});

describe("calls at the same time", () => {
  it("go together while a commit is in flight", async () => {
    const first = record(usageOf(a));
    await new Promise((resolve) => setImmediate(resolve));
    const others = Array.from({ length: 10 }, () => record(usageOf(a), usageOf(b)));
    const outcomes = (await Promise.all([first, ...others])).flat();
    expect(kindsOf(outcomes)).toEqual(Array(21).fill("recorded"));
    expect(commits.length).toBeLessThanOrEqual(3);
  });

  it("are committed without the one that the database refuses", async () => {
    await database.owner`
      alter table usage_events add constraint refused check (model <> 'refused by the database')`;
    try {
      const events = Array.from({ length: 30 }, (_, n) =>
        usageOf(a, { model: n === 13 ? "refused by the database" : "gpt-4o" }),
      );
      const kinds = kindsOf(await record(...events));
      expect(kinds.flatMap((kind, n) => (kind === "failed" ? [n] : []))).toEqual([13]);
      expect(kinds.filter((kind) => kind === "recorded")).toHaveLength(29);
    } finally {
      await database.owner`alter table usage_events drop constraint refused`;
    }
  });

  it("from two instances, each event by both, count once", async () => {
    const two = [open({ lanes: 2 }), open({ lanes: 2 })];
    const events = Array.from({ length: 200 }, (_, n) =>
      usageOf(n % 2 === 0 ? a : b, {
        idempotencyKey: `query-${n}`,
        userId: `user ${n % 3}`,
        toolsCalled: ["x"],
      }),
    );
    const outcomes = await Promise.all(
      two.flatMap((one, n) =>
        Array.from({ length: 10 }, (_, part) => {
          const slice = events.slice(part * 20, part * 20 + 20);
          return one.record(fleet.admin, n === 0 ? slice : slice.reverse(), request);
        }),
      ),
    );
    const kinds = kindsOf(outcomes.flat());
    expect(kinds.filter((kind) => kind === "recorded")).toHaveLength(200);
    expect(kinds.filter((kind) => kind === "duplicate")).toHaveLength(200);
    expect(await readEvents()).toHaveLength(200);
    await Promise.all(two.map((one) => one.close()));
  });

  it("are finished before it closes, and refused afterwards", async () => {
    const pending = Array.from({ length: 5 }, () => record(usageOf(a)));
    const closed = recorder.close();
    await expect(record(usageOf(a))).rejects.toMatchObject({ code: "shutting_down" });
    await closed;
    expect(kindsOf((await Promise.all(pending)).flat())).toEqual(Array(5).fill("recorded"));
    expect(recorder.queued()).toBe(0);
  });

  it("are refused as overloaded when too much waits, and nothing of it counts", async () => {
    const small = open({ maxQueued: 3 });
    await expect(small.record(fleet.admin, Array(4).fill(usageOf(a)), request)).rejects.toMatchObject({
      code: "overloaded",
    });
    expect(await readEvents()).toHaveLength(0);
    await small.close();
  });
});
