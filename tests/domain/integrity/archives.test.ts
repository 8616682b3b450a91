import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RetentionResult, runRetention } from "#app/domain/integrity/archive/run-retention.server.ts";
import { verifyArchive } from "#app/domain/integrity/archive/verify-archive.server.ts";
import { DamageLog } from "#app/domain/integrity/damage-log.ts";
import { listSealKeys } from "#app/domain/integrity/seal-keys.server.ts";
import { type TenantId, toUuid } from "#db/ids.ts";
import { coldEvents, storedFiles } from "./cold-events.ts";
import { createTrailFixture, type TrailFixture, testSecrets } from "./trail-fixture.ts";

let trail: TrailFixture;
beforeAll(async () => {
  trail = await createTrailFixture();
});
afterAll(() => trail.close());

async function retain(archiveEvents = 50_000): Promise<RetentionResult> {
  const services = { secrets: testSecrets, store: trail.store };
  const result = await runRetention(trail.database.db, services, { archiveEvents });
  if (result === undefined) throw new Error("another run has the turn");
  return result;
}

/** A tenant with sealed runs of 30 old events, 20 old ones and 10 of now; the old ones archived. */
async function archivedTenant(): Promise<TenantId> {
  const tenantId = await trail.addTenant();
  for (const [count, daysAgo] of [
    [30, 120],
    [20, 100],
    [10, 0],
  ] as const) {
    if (daysAgo === 0) await trail.addEvents(tenantId, count);
    else await trail.addPastEvents(tenantId, count, daysAgo);
    await trail.seal();
  }
  await retain();
  return tenantId;
}

describe("retention", () => {
  test("moves what is old enough to an archive, and leaves the rest", async () => {
    const tenantId = await archivedTenant();
    const [hot, cold] = [await trail.hotEvents(tenantId), await coldEvents(trail, trail.store, tenantId)];
    expect([hot.length, cold.length]).toEqual([10, 50]);
    expect(new Set([...hot, ...cold]).size).toBe(60);
    expect(await storedFiles(trail.store, tenantId)).toEqual([
      `audit/archives/${tenantId}/000000000001-000000000002.ndjson.gz`,
      `audit/archives/${tenantId}/000000000001-000000000002.ndjson.gz.manifest.json`,
    ]);
    expect(await trail.verify(tenantId)).toMatchObject({ seals: 3, events: 60, archives: 1, damages: 0 });
    const actions = await trail.owner`
      select action, details from audit_events
      where tenant_id = ${toUuid(tenantId)} and action = 'audit.archived'`;
    expect(actions).toMatchObject([{ details: { events: 50, firstSeal: 1, lastSeal: 2 } }]);
    await trail.seal();
    expect(await trail.verify(tenantId)).toMatchObject({ seals: 4, events: 61, damages: 0 });
  });

  test("keeps archives to a size, and goes on where it stopped", async () => {
    const tenantId = await trail.addTenant();
    await trail.addPastEvents(tenantId, 100, 95);
    await trail.seal({ batchSize: 10 });
    expect(await retain(35)).toMatchObject({ archives: 4, archivedEvents: 100 });
    expect(await coldEvents(trail, trail.store, tenantId)).toHaveLength(100);
    expect(await trail.verify(tenantId)).toMatchObject({ archives: 4, events: 100, damages: 0 });
  });

  test("with nothing due does nothing", async () => {
    await archivedTenant();
    expect(await retain()).toMatchObject({ archives: 0, deletedArchives: 0, errors: [] });
  });

  test("archives nothing that is not sealed, and follows what a tenant says", async () => {
    const tenantId = await trail.addTenant();
    await trail.addPastEvents(tenantId, 5, 200);
    expect(await retain()).toMatchObject({ archives: 0 });
    await trail.owner`insert into audit_retention (tenant_id, hot_days) values (${toUuid(tenantId)}, 300)`;
    await trail.seal();
    expect(await retain()).toMatchObject({ archives: 0 });
    await trail.owner`update audit_retention set hot_days = 30 where tenant_id = ${toUuid(tenantId)}`;
    expect(await retain()).toMatchObject({ archives: 1, archivedEvents: 5 });
  });

  test("leaves a damaged run where it is, says so, and does not keep others from it", async () => {
    const [damaged, other] = [await trail.addTenant(), await trail.addTenant()];
    for (const tenantId of [damaged, other]) await trail.addPastEvents(tenantId, 5, 100);
    await trail.seal();
    await trail.owner`
      update audit_events set status = 'denied' where tenant_id = ${toUuid(damaged)}`;
    const result = await retain();
    expect(result).toMatchObject({
      archivedEvents: 5,
      errors: [
        { tenantUuid: toUuid(damaged), error: { message: expect.stringMatching(/not what was sealed/) } },
      ],
    });
    expect(await trail.hotEvents(damaged)).toHaveLength(5);
    await trail.owner`update audit_events set status = 'success' where tenant_id = ${toUuid(damaged)}`;
    expect(await retain()).toMatchObject({ archivedEvents: 5, errors: [] });
    const runs = await trail.owner`
      select archived_events, error from audit_retention_runs
      where tenant_id = ${toUuid(damaged)} order by sweep_id`;
    expect(runs).toMatchObject([
      { archived_events: "0", error: expect.stringMatching(/not what was sealed/) },
      { archived_events: "5", error: null },
    ]);
  });

  test("runs once at a time", async () => {
    const tenantId = await trail.addTenant();
    await trail.addPastEvents(tenantId, 20, 100);
    await trail.seal();
    const services = { secrets: testSecrets, store: trail.store };
    const results = await Promise.all(
      Array.from({ length: 3 }, () => runRetention(trail.database.db, services)),
    );
    expect(results.filter((result) => result !== undefined)).toMatchObject([{ archives: 1 }]);
  });

  test("deletes what was kept for long enough, and a signed record of it stays", async () => {
    const tenantId = await trail.addTenant();
    await trail.addPastEvents(tenantId, 10, 400);
    await trail.seal();
    await trail.addPastEvents(tenantId, 5, 100);
    await trail.seal();
    await trail.addEvents(tenantId, 3);
    await trail.seal();
    // In archives of their own, since an archive goes as a whole.
    expect(await retain(10)).toMatchObject({ archives: 2, deletedArchives: 1, deletedEvents: 10 });
    expect(await storedFiles(trail.store, tenantId)).toHaveLength(2);
    await trail.seal();
    const result = await trail.verify(tenantId);
    expect(result).toMatchObject({ archives: 1, damages: 0 });
    const [archive] = await trail.owner`
      select state, expiry from audit_archives where tenant_id = ${toUuid(tenantId)} order by first_sequence`;
    expect(archive).toMatchObject({ state: "expired" });
    expect(JSON.parse(archive?.expiry)).toMatchObject({
      type: "signalbox.expiry.1",
      events: 10,
      firstSeal: 1,
    });
    await trail.owner`
      update audit_archives set expiry = replace(expiry, '"events":10', '"events":11')
      where tenant_id = ${toUuid(tenantId)} and state = 'expired'`;
    expect(await trail.verify(tenantId)).toMatchObject({
      damages: 1,
      findings: [
        { kind: "changed", sequence: 1, message: expect.stringMatching(/record of the deleted seals 1/) },
      ],
    });
  });

  test("deletes nothing that is on legal hold, until it is released", async () => {
    const tenantId = await trail.addTenant();
    await trail.owner`
      insert into audit_retention (tenant_id, hold_reason, hold_placed_at)
      values (${toUuid(tenantId)}, 'A claim', now())`;
    await trail.addPastEvents(tenantId, 10, 400);
    await trail.seal();
    expect(await retain()).toMatchObject({ archives: 1, deletedArchives: 0 });
    await trail.owner`
      update audit_retention set hold_reason = null, hold_placed_at = null where tenant_id = ${toUuid(tenantId)}`;
    expect(await retain()).toMatchObject({ deletedArchives: 1 });
  });

  test("drops months that are empty, and only those", async () => {
    const tenantId = await trail.addTenant();
    await trail.addPastEvents(tenantId, 2, 200);
    await trail.owner`select ensure_audit_partition((now() - interval '700 days')::date)`;
    const months = () => trail.owner<{ name: string }[]>`
      select inhrelid::regclass::text as name from pg_inherits
      where inhparent = 'audit_events'::regclass order by 1`;
    const before = (await months()).length;
    const { droppedPartitions } = await retain();
    expect(droppedPartitions).toBeGreaterThanOrEqual(1);
    expect((await months()).length).toBe(before - droppedPartitions);
    expect(await trail.hotEvents(tenantId)).toHaveLength(2);
  });

  test("is refused to take rows that no archive holds, or that are young", async () => {
    const tenantId = await trail.addTenant();
    await trail.addEvents(tenantId, 2);
    await trail.seal();
    const { db } = trail.database;
    const remove = (archive: string) =>
      db.withSql((sql) => sql`select remove_archived_events(${toUuid(tenantId)}::uuid, ${archive}::uuid)`);
    await expect(remove(toUuid(tenantId))).rejects.toThrow(/no such written archive/);
    const id = "01900000-0000-7000-8000-000000000001";
    await trail.owner`
      insert into audit_archives (tenant_id, id, state, first_sequence, last_sequence, events, from_at, to_at,
        last_digest, file, bytes, sha256)
      select tenant_id, ${id}, 'written', 1, 1, events, from_at, to_at, digest, 'x', 1, '\\x00'
      from audit_seals where tenant_id = ${toUuid(tenantId)}`;
    await expect(remove(id)).rejects.toThrow(/too young/);
    expect(await trail.hotEvents(tenantId)).toHaveLength(2);
  });
});

/** Rewrites the lines of a tenant's archive. */
async function rewrite(tenantId: TenantId, change: (lines: string[]) => string[]): Promise<void> {
  const path = join(trail.folder, (await storedFiles(trail.store, tenantId))[0] ?? "");
  const lines = gunzipSync(await readFile(path))
    .toString()
    .trimEnd()
    .split("\n");
  await writeFile(path, gzipSync(`${change(lines).join("\n")}\n`));
}

/** Line 1 is the archive's own, 2 the first seal, 3 to 32 its events, 33 the second seal, 34 to 53 its events, 54 the end. */
const damaged: [
  string,
  (lines: string[]) => string[],
  { kind: string; line?: number; sequence?: number }[],
][] = [
  [
    "a flipped letter in an event",
    (lines) => lines.with(9, (lines[9] ?? "").replace("Planner", "Plunner")),
    [{ kind: "changed", line: 10, sequence: 1 }],
  ],
  [
    "a flipped letter in a sealed field",
    (lines) => lines.with(9, (lines[9] ?? "").replace("agent.paused", "agent.posed")),
    [{ kind: "changed", line: 10, sequence: 1 }],
  ],
  [
    "a deleted event",
    (lines) => lines.toSpliced(39, 1),
    [{ kind: "missing", sequence: 2 }, { kind: "changed" }, { kind: "changed" }],
  ],
  [
    "an event that is there twice",
    (lines) => lines.toSpliced(10, 0, lines[9] ?? ""),
    [{ kind: "inserted", line: 11, sequence: 1 }, { kind: "changed" }, { kind: "changed" }],
  ],
  [
    "two events swapped",
    (lines) => lines.with(9, lines[10] ?? "").with(10, lines[9] ?? ""),
    [{ kind: "reordered", line: 11, sequence: 1 }],
  ],
  [
    "a seal that was changed",
    (lines) => lines.with(32, (lines[32] ?? "").replace("20", "21")),
    [{ kind: "changed", line: 33 }],
  ],
  ["a cut tail", (lines) => lines.slice(0, 40), [{ kind: "missing" }, { kind: "cut", line: 40 }]],
  [
    "a cut tail with a new end",
    (lines) => [...lines.slice(0, 32), '{"end":{"seals":1,"events":30}}'],
    [{ kind: "cut", sequence: 2 }],
  ],
  ["a line that is none", (lines) => lines.toSpliced(5, 0, "{}"), [{ kind: "changed", line: 6 }]],
];

describe("an archive by itself, with the public key alone", () => {
  const check = async (tenantId: TenantId) => {
    const [file = ""] = await storedFiles(trail.store, tenantId);
    const keys = await trail.database.db.withSql(listSealKeys);
    const damages = new DamageLog();
    const content = await verifyArchive(Readable.from([await readFile(join(trail.folder, file))]), {
      ...{ file, damages },
      keys: new Map(keys.map(({ kid, publicKey }) => [kid, publicKey])),
    });
    return { content, damages };
  };

  test("is found to be as it was written", async () => {
    const { content, damages } = await check(await archivedTenant());
    expect(damages.findings).toEqual([]);
    expect(content).toMatchObject({
      seals: 2,
      events: 50,
      erased: 0,
      statement: { events: 50, previous: null },
    });
  });

  test.each(damaged)("is found damaged, and where: %s", async (_, change, expected) => {
    const tenantId = await archivedTenant();
    await rewrite(tenantId, change);
    const { damages } = await check(tenantId);
    for (const one of expected) expect(damages.findings).toContainEqual(expect.objectContaining(one));
    // The whole trail's check says so too.
    const { findings } = await trail.verify(tenantId);
    expect(findings).toEqual(
      expect.arrayContaining(
        damages.findings.map((one) => expect.objectContaining({ message: one.message })),
      ),
    );
  });

  test("is found damaged wherever a byte is flipped in the file", async () => {
    const tenantId = await archivedTenant();
    const path = join(trail.folder, (await storedFiles(trail.store, tenantId))[0] ?? "");
    const bytes = await readFile(path);
    for (const at of [4, 30, Math.floor(bytes.length / 2), bytes.length - 6]) {
      const flipped = Buffer.from(bytes);
      flipped[at] = 255 - (flipped[at] ?? 0);
      await writeFile(path, flipped);
      const { damages, findings } = await trail.verify(tenantId);
      expect(damages, `byte ${at}`).toBeGreaterThan(0);
      expect(findings[0]?.file, `byte ${at}`).toMatch(/ndjson\.gz$/);
    }
    await writeFile(path, bytes.subarray(0, bytes.length - 100));
    expect((await trail.verify(tenantId)).findings[0]).toMatchObject({
      kind: "unreadable",
      line: expect.any(Number),
    });
    await writeFile(path, bytes);
    expect(await trail.verify(tenantId)).toMatchObject({ damages: 0 });
  });
});

test("an archive that is gone is missed", async () => {
  const tenantId = await archivedTenant();
  await trail.store.remove((await storedFiles(trail.store, tenantId))[0] ?? "");
  expect(await trail.verify(tenantId)).toMatchObject({
    findings: [{ kind: "missing", sequence: 1, message: expect.stringMatching(/seals 1 to 2 is gone/) }],
  });
});

test("erased texts stay erased in the archive, and their seals hold", async () => {
  const tenantId = await trail.addTenant();
  await trail.addPastEvents(tenantId, 7, 100);
  await trail.seal();
  await trail.database.db.withSql(
    (sql) => sql`select erase_audit_texts(${toUuid(tenantId)}, ${["usr_ada"]}, now(), 100)`,
  );
  await retain();
  expect(await trail.verify(tenantId)).toMatchObject({ events: 7, erased: 7, damages: 0 });
});
