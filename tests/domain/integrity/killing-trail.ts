import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { runRetention } from "#app/domain/integrity/archive/run-retention.server.ts";
import type { ArchiveStore } from "#app/domain/integrity/store/archive-store.ts";
import { verifyTrail } from "#app/domain/integrity/verify-trail.server.ts";
import { type TenantId, toUuid } from "#db/ids.ts";
import { type S3Server, startS3Server } from "#tests/setup/s3-server.ts";
import { coldEvents, storedFiles } from "./cold-events.ts";
import type { KilledRun } from "./killed-retention.ts";
import { createTrailFixture, type TrailFixture, testSecrets } from "./trail-fixture.ts";

const EVENTS = 2_500;

interface KillAlong {
  store: ArchiveStore;
  where: KilledRun["store"];
  /** The step at which the first run is killed, and how many further on the next. */
  first: number;
  stride: number;
}

/** Runs of retention over 2,500 events, each killed at a later step. */
export interface KillingTrail {
  fixture: TrailFixture;
  s3: S3Server;
  /** Until a run comes to its end; gives where each was killed. */
  killAlong(options: KillAlong): Promise<string[]>;
  close(): Promise<void>;
}

export async function startKillingTrail(): Promise<KillingTrail> {
  const [fixture, s3] = await Promise.all([createTrailFixture(), startS3Server()]);
  const [owner] = await fixture.owner`select rolsuper from pg_roles where rolname = current_user`;
  expect(owner).toEqual({ rolsuper: false });
  return {
    fixture,
    s3,
    async killAlong({ store, where, first, stride }) {
      const outcomes: string[] = [];
      for (let killAt = first; outcomes.at(-1) !== "finished"; killAt += stride)
        outcomes.push(await killAndFinish(fixture, store, where, killAt));
      return outcomes;
    },
    async close() {
      await fixture.close();
      await s3.close();
    },
  };
}

/** Where it was killed; "finished" when it had fewer steps. */
async function runKilled(fixture: TrailFixture, where: KilledRun["store"], killAt: number): Promise<string> {
  const { tenantUrl, systemUrl } = fixture.database;
  const run: KilledRun = { tenantUrl, systemUrl, store: where, killAt };
  const script = join(import.meta.dirname, "killed-retention.ts");
  const child = spawn(process.execPath, ["--no-warnings", "--import", "tsx", script, JSON.stringify(run)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  await once(child, "close");
  return output.trim();
}

/** All of them, each once, in the table or in an archive. */
async function expectComplete(
  fixture: TrailFixture,
  store: ArchiveStore,
  tenantId: TenantId,
  after: string,
): Promise<void> {
  const events = [...(await fixture.hotEvents(tenantId)), ...(await coldEvents(fixture, store, tenantId))];
  expect(events, after).toHaveLength(EVENTS);
  expect(new Set(events).size, after).toBe(EVENTS);
}

/** Kills a run at the step, then lets another finish; gives where it was killed. */
async function killAndFinish(
  fixture: TrailFixture,
  store: ArchiveStore,
  where: KilledRun["store"],
  killAt: number,
): Promise<string> {
  const tenantId = await fixture.addTenant();
  await fixture.addPastEvents(tenantId, EVENTS, 100);
  await fixture.seal({ batchSize: 1_000 });
  const outcome = await runKilled(fixture, where, killAt);
  expect(outcome).toMatch(/^(killed|finished)/);
  await expectComplete(fixture, store, tenantId, outcome);
  const { db } = fixture.database;
  await expect.poll(() => runRetention(db, { secrets: testSecrets, store })).toMatchObject({ errors: [] });
  await expectComplete(fixture, store, tenantId, `finished after ${outcome}`);
  expect(await fixture.hotEvents(tenantId), outcome).toHaveLength(0);
  // The archive and its manifest: nothing of an earlier attempt is left.
  expect(await storedFiles(store, tenantId), outcome).toHaveLength(2);
  const left = await readdir(fixture.folder, { recursive: true });
  expect(left.filter((name) => name.endsWith(".half"))).toEqual([]);
  const result = await verifyTrail(db, store, { tenantUuid: toUuid(tenantId), only: "archives" });
  // With S3 the chain's anchor and key are in the fixture's folder.
  expect(
    result.findings.filter(({ message }) => !message.includes("archive store")),
    outcome,
  ).toEqual([]);
  expect(result.events).toBe(EVENTS);
  return outcome;
}
