import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anchorSeals } from "#app/domain/integrity/anchor-seals.server.ts";
import { sealEvents } from "#app/domain/integrity/seal-events.server.ts";
import { anchorName } from "#app/domain/integrity/store-names.ts";
import { newUuid, type TenantId, toUuid } from "#db/ids.ts";
import { createTrailFixture, settled, type TrailFixture, testSecrets } from "./trail-fixture.ts";

let trail: TrailFixture;
beforeAll(async () => {
  trail = await createTrailFixture();
});
afterAll(() => trail.close());

/** A tenant with three sealed runs of 4, 5 and 6 events. */
async function sealedTenant(): Promise<TenantId> {
  const tenantId = await trail.addTenant();
  for (const count of [4, 5, 6]) {
    await trail.addEvents(tenantId, count);
    await trail.seal();
  }
  return tenantId;
}

const sealsOf = (tenantId: TenantId) =>
  trail.owner<{ sequence: string; events: number; event_ids: string[]; digest: Buffer; statement: string }[]>`
    select sequence, events, event_ids, digest, statement from audit_seals
    where tenant_id = ${toUuid(tenantId)} order by sequence`;

describe("sealing", () => {
  test("makes of each tenant's new events a run, in one chain a tenant", async () => {
    const [one, other] = [await sealedTenant(), await sealedTenant()];
    for (const tenantId of [one, other]) {
      const seals = await sealsOf(tenantId);
      expect(seals.map(({ events }) => events)).toEqual([4, 5, 6]);
      const statements = seals.map(({ statement }) => JSON.parse(statement));
      expect(statements.map(({ previous }) => previous)).toEqual([
        null,
        ...seals.slice(0, 2).map(({ digest }) => digest.toString("hex")),
      ]);
    }
    expect(await trail.verify(one)).toMatchObject({ seals: 3, events: 15, damages: 0, findings: [] });
  });

  test("takes more than a batch in several runs, and each event once", async () => {
    const tenantId = await trail.addTenant();
    await trail.addEvents(tenantId, 50);
    await trail.seal({ batchSize: 7 });
    const ids = (await sealsOf(tenantId)).flatMap(({ event_ids }) => event_ids);
    expect(ids).toHaveLength(50);
    expect(new Set(ids).size).toBe(50);
    expect(await trail.verify(tenantId)).toMatchObject({ seals: 8, events: 50, damages: 0 });
  });

  test("with nothing new adds nothing", async () => {
    const tenantId = await sealedTenant();
    expect(await sealEvents(trail.database.db, testSecrets)).toEqual({ events: 0, seals: 0 });
    expect(await sealsOf(tenantId)).toHaveLength(3);
  });

  test("by several at once seals each event once", async () => {
    const tenantId = await trail.addTenant();
    await trail.addEvents(tenantId, 40);
    await settled(trail.owner);
    await Promise.all(
      Array.from({ length: 4 }, () => sealEvents(trail.database.db, testSecrets, { batchSize: 5 })),
    );
    await trail.seal({ batchSize: 5 });
    expect(await trail.verify(tenantId)).toMatchObject({ events: 40, damages: 0 });
  });

  test("waits for transactions that still run, and misses none that commits late", async () => {
    const tenantId = await trail.addTenant();
    const insert = (id: string) => `insert into audit_events
      (tenant_id, id, actor_kind, action, resource_type, status)
      values ('${toUuid(tenantId)}', '${id}', 'system', 'agent.resumed', 'agent', 'success')`;
    const [late, early] = [newUuid(), newUuid()];
    await trail.owner.begin(async (sql) => {
      await sql.unsafe(insert(late));
      await trail.owner.unsafe(insert(early));
      await sealEvents(trail.database.db, testSecrets);
      // Its neighbour is committed, but one with a lower transaction id is not.
      expect(await sealsOf(tenantId)).toHaveLength(0);
    });
    await trail.seal();
    const [seal] = await sealsOf(tenantId);
    expect(seal?.event_ids).toEqual([late, early]);
    expect(await trail.verify(tenantId)).toMatchObject({ events: 2, damages: 0 });
  });

  test("goes on in another cluster, where transaction ids are lower", async () => {
    const tenantId = await sealedTenant();
    const { owner } = trail;
    await owner`insert into audit_generations (generation, system_identifier) values (2, 'another')`;
    await owner.unsafe("alter table audit_events alter column generation set default 2");
    await owner`
      insert into audit_events (tenant_id, id, xid, actor_kind, action, resource_type, status)
      values (${toUuid(tenantId)}, ${newUuid()}, '3', 'system', 'agent.resumed', 'agent', 'success')`;
    await trail.seal();
    expect((await sealsOf(tenantId)).map(({ events }) => events)).toEqual([4, 5, 6, 1]);
    expect(await trail.verify(tenantId)).toMatchObject({ events: 16, damages: 0 });
  });
});

type Damaging = (tenant: string) => Promise<unknown>;

/** The second event of the second run, as a condition. */
const second = (tenant: string) => trail.owner`
  tenant_id = ${tenant} and id = (select event_ids[2] from audit_seals where tenant_id = ${tenant} and sequence = 2)`;

const damaged: [string, Damaging, { kind: string; sequence?: number }[]][] = [
  [
    "a changed action",
    (tenant) => trail.owner`update audit_events set action = 'agent.resumed' where ${second(tenant)}`,
    [{ kind: "changed", sequence: 2 }],
  ],
  [
    "a changed time",
    (tenant) =>
      trail.owner`update audit_events set occurred_at = occurred_at + interval '1 microsecond' where ${second(tenant)}`,
    [{ kind: "changed", sequence: 2 }],
  ],
  [
    "a changed transaction id",
    (tenant) => trail.owner`update audit_events set xid = '5' where ${second(tenant)}`,
    [{ kind: "changed", sequence: 2 }],
  ],
  [
    "one byte more in the sealed details",
    (tenant) =>
      trail.owner`update audit_events set sealed_details = sealed_details || ' ' where ${second(tenant)}`,
    [{ kind: "changed", sequence: 2 }],
  ],
  [
    "other details shown than sealed",
    (tenant) => trail.owner`update audit_events set details = '{"reason":"no"}' where ${second(tenant)}`,
    [{ kind: "changed", sequence: 2 }],
  ],
  [
    "a changed text",
    (tenant) => trail.owner`
      update audit_events set erasable_details = '{"reason":"no"}', details = '{"reason":"no"}'
      where ${second(tenant)}`,
    [{ kind: "changed", sequence: 2 }],
  ],
  [
    "a changed name",
    (tenant) => trail.owner`update audit_events set actor_name = 'Eve' where ${second(tenant)}`,
    [{ kind: "changed", sequence: 2 }],
  ],
  [
    "a name given to an erased event",
    (tenant) => trail.owner`
      update audit_events set salt = null, erasable_details = null, ip_hash = null, resource_name = null,
        details = '{}', actor_name = 'Eve'
      where ${second(tenant)}`,
    [{ kind: "changed", sequence: 2 }],
  ],
  [
    "a deleted event",
    (tenant) => trail.owner`delete from audit_events where ${second(tenant)}`,
    [{ kind: "missing", sequence: 2 }],
  ],
  [
    "a whole deleted run",
    (tenant) => trail.owner`
      delete from audit_events where tenant_id = ${tenant} and id = any(
        (select event_ids from audit_seals where tenant_id = ${tenant} and sequence = 3)::uuid[])`,
    Array.from({ length: 6 }, () => ({ kind: "missing", sequence: 3 })),
  ],
  [
    "an inserted event",
    (tenant) => trail.owner`
      insert into audit_events (tenant_id, id, occurred_at, generation, xid, actor_kind, action, resource_type, status)
      select tenant_id, ${newUuid()}, occurred_at, generation, xid, 'user', 'agent.resumed', 'agent', 'success'
      from audit_events where ${second(tenant)}`,
    [{ kind: "inserted" }],
  ],
  [
    "two events that were swapped",
    async (tenant) => {
      const spare = newUuid();
      const [seal] = await trail.owner<{ event_ids: string[] }[]>`
        select event_ids from audit_seals where tenant_id = ${tenant} and sequence = 2`;
      const [first = "", other = ""] = seal?.event_ids ?? [];
      for (const [from, to] of [
        [first, spare],
        [other, first],
        [spare, other],
      ] as const)
        await trail.owner`update audit_events set id = ${to} where tenant_id = ${tenant} and id = ${from}`;
    },
    [
      { kind: "changed", sequence: 2 },
      { kind: "changed", sequence: 2 },
    ],
  ],
  [
    "a flipped byte in a seal's statement",
    (tenant) => trail.owner`
      update audit_seals set statement = replace(statement, '"events":5', '"events":6')
      where tenant_id = ${tenant} and sequence = 2`,
    [
      { kind: "changed", sequence: 2 },
      { kind: "changed", sequence: 2 },
      { kind: "chain", sequence: 3 },
    ],
  ],
  [
    "a flipped byte in a seal's signature",
    (tenant) => trail.owner`
      update audit_seals set signature = set_byte(signature, 7, 255 - get_byte(signature, 7))
      where tenant_id = ${tenant} and sequence = 2`,
    [{ kind: "changed", sequence: 2 }],
  ],
  [
    "a flipped byte in a seal's list",
    (tenant) => trail.owner`
      update audit_seals set leaves = set_byte(leaves, 40, 255 - get_byte(leaves, 40))
      where tenant_id = ${tenant} and sequence = 2`,
    [{ kind: "changed", sequence: 2 }],
  ],
  [
    "an event taken out of table, list and root",
    (tenant) =>
      trail.owner.begin(async (sql) => {
        await sql`delete from audit_events where ${second(tenant)}`;
        await sql`
        update audit_seals set events = 4, event_ids = event_ids[1:1] || event_ids[3:5],
          leaves = substr(leaves, 1, 32) || substr(leaves, 65)
        where tenant_id = ${tenant} and sequence = 2`;
      }),
    [
      { kind: "changed", sequence: 2 },
      { kind: "changed", sequence: 2 },
    ],
  ],
  [
    "a deleted seal",
    (tenant) => trail.owner`delete from audit_seals where tenant_id = ${tenant} and sequence = 2`,
    [{ kind: "missing", sequence: 2 }, ...Array.from({ length: 5 }, () => ({ kind: "inserted" }))],
  ],
  [
    "a dropped newest seal",
    (tenant) => trail.owner`delete from audit_seals where tenant_id = ${tenant} and sequence = 3`,
    [
      { kind: "cut", sequence: 3 },
      { kind: "cut", sequence: 3 },
      ...Array.from({ length: 6 }, () => ({ kind: "inserted" })),
    ],
  ],
  [
    "a cut tail, with its events and what the database knows of the chain's end",
    (tenant) =>
      trail.owner.begin(async (sql) => {
        await sql`delete from audit_events where tenant_id = ${tenant} and id = any(
        (select event_ids from audit_seals where tenant_id = ${tenant} and sequence = 3)::uuid[])`;
        await sql`delete from audit_seals where tenant_id = ${tenant} and sequence = 3`;
        await sql`
        update audit_chains set sequence = 2, anchored_sequence = 2,
          digest = (select digest from audit_seals where tenant_id = ${tenant} and sequence = 2)
        where tenant_id = ${tenant}`;
      }),
    [{ kind: "cut", sequence: 3 }],
  ],
  [
    "a trail that was emptied altogether",
    (tenant) =>
      trail.owner.begin(async (sql) => {
        for (const table of ["audit_events", "audit_seals", "audit_chains"])
          await sql`delete from ${sql(table)} where tenant_id = ${tenant}`;
      }),
    [{ kind: "cut", sequence: 1 }],
  ],
];

describe("verifying finds and places", () => {
  test.each(damaged)("%s", async (_, damage, expected) => {
    const tenantId = await sealedTenant();
    await damage(toUuid(tenantId));
    const { damages, findings } = await trail.verify(tenantId);
    const order = (a: { kind: string }, b: { kind: string }) => (a.kind < b.kind ? -1 : 1);
    expect(findings.toSorted(order)).toMatchObject(expected.toSorted(order));
    expect(damages).toBe(expected.length);
    for (const { message, kind, eventId } of findings) {
      expect(message).toMatch(/^[A-Z].+\.$/);
      if (kind === "missing" || kind === "inserted") expect(message.includes("event") === (eventId !== null));
    }
  });

  test("a chain that was cut and goes on: the archive store keeps what tells of it", async () => {
    const tenantId = await sealedTenant();
    const tenant = toUuid(tenantId);
    await trail.owner`delete from audit_seals where tenant_id = ${tenant} and sequence = 3`;
    await trail.owner`
      update audit_chains set sequence = 2, anchored_sequence = 2,
        digest = (select digest from audit_seals where tenant_id = ${tenant} and sequence = 2)
      where tenant_id = ${tenant}`;
    await trail.addEvents(tenantId, 3);
    await settled(trail.owner);
    await sealEvents(trail.database.db, testSecrets);
    const { failures } = await anchorSeals(trail.database.db, trail.store);
    expect(failures).toMatchObject([{ tenantId, error: { message: expect.stringMatching(/seal 3/) } }]);
    const { findings } = await trail.verify(tenantId);
    // Or every later test would be told of it.
    await trail.owner`delete from audit_chains where tenant_id = ${tenant}`;
    expect(findings).toContainEqual(
      expect.objectContaining({
        kind: "changed",
        sequence: 3,
        message: expect.stringMatching(/archive store/),
      }),
    );
  });

  test("a key that was replaced in the database", async () => {
    const tenantId = await sealedTenant();
    const [key] = await trail.owner`
      select kid, public_key from signing_keys where purpose = 'seal' and retired_at is null`;
    await trail.owner`
      update signing_keys set public_key = set_byte(public_key, 43, 255 - get_byte(public_key, 43))
      where kid = ${key?.kid}`;
    const { findings } = await trail.verify(tenantId);
    await trail.owner`update signing_keys set public_key = ${key?.public_key} where kid = ${key?.kid}`;
    expect(findings.map(({ message }) => message)).toContain(
      `The key ${key?.kid} is not the one in the archive store.`,
    );
    expect(findings.filter(({ sequence }) => sequence !== null)).toHaveLength(3);
  });

  test("an anchor that is gone or is not readable", async () => {
    const tenantId = await sealedTenant();
    await trail.store.put(anchorName(tenantId), "{");
    expect((await trail.verify(tenantId)).findings).toMatchObject([
      { kind: "unreadable" },
      { kind: "missing" },
    ]);
    await trail.store.remove(anchorName(tenantId));
    expect((await trail.verify(tenantId)).findings).toMatchObject([{ kind: "missing" }]);
  });
});

describe("verifying passes", () => {
  test("over events that are not sealed yet", async () => {
    const tenantId = await sealedTenant();
    await trail.addEvents(tenantId, 3);
    expect(await trail.verify(tenantId)).toMatchObject({ events: 15, damages: 0 });
  });

  test("over a person's erased texts, of which nothing is left", async () => {
    const tenantId = await sealedTenant();
    await trail.addEvents(tenantId, 2);
    const [row] = await trail.database.db.withSql(
      (sql) => sql<{ erased: number }[]>`
        select erase_audit_texts(${toUuid(tenantId)}, ${["usr_ada"]}, now(), 100) as erased`,
    );
    expect(row?.erased).toBe(17);
    const left = await trail.owner`
      select from audit_events where tenant_id = ${toUuid(tenantId)}
        and (salt is not null or coalesce(actor_name, resource_name, erasable_details) is not null
             or ip_hash is not null or details <> '{}')`;
    expect(left).toHaveLength(0);
    await trail.seal();
    expect(await trail.verify(tenantId)).toMatchObject({ events: 17, erased: 17, damages: 0 });
  });

  test("over transactions that overlap in time and are sealed in another order", async () => {
    const tenantId = await trail.addTenant();
    const insert = `insert into audit_events (tenant_id, id, actor_kind, action, resource_type, status)
      select '${toUuid(tenantId)}', gen_random_uuid(), 'system', 'agent.resumed', 'agent', 'success'
      from generate_series(1, 5)`;
    await trail.owner.begin(async (slow) => {
      await slow`select now()`;
      await trail.owner.unsafe(insert);
      await trail.seal();
      await trail.owner.unsafe(insert);
      await trail.seal();
      await slow.unsafe(insert);
    });
    await trail.seal();
    const seals = await trail.owner`
      select from_at from audit_seals where tenant_id = ${toUuid(tenantId)} order by sequence`;
    expect(seals).toHaveLength(3);
    expect(seals[2]?.from_at.getTime()).toBeLessThanOrEqual(seals[0]?.from_at.getTime());
    expect(await trail.verify(tenantId)).toMatchObject({ events: 15, damages: 0 });
  });
});
