import { afterAll, beforeAll, expect, test } from "vitest";
import { createS3Store } from "#app/domain/integrity/store/s3-store.server.ts";
import { type KillingTrail, startKillingTrail } from "#tests/domain/integrity/killing-trail.ts";

let trail: KillingTrail;
beforeAll(async () => {
  trail = await startKillingTrail();
});
afterAll(() => trail.close());

test("retention killed at each of its steps with a folder", { timeout: 1_200_000 }, async () => {
  const { folder, store } = trail.fixture;
  const outcomes = await trail.killAlong({ store, where: { folder }, first: 1, stride: 1 });
  expect(outcomes.length).toBeGreaterThan(25);
  for (const where of [
    /^killed before a commit/,
    /^killed after a commit/,
    /^killed within audit.*gz$/,
    /^killed .*manifest/,
  ])
    expect(outcomes).toContainEqual(expect.stringMatching(where));
});

test("retention killed at each of its steps with S3", { timeout: 1_200_000 }, async () => {
  const { settings } = trail.s3;
  const where = { s3: settings };
  const outcomes = await trail.killAlong({ store: createS3Store(settings), where, first: 1, stride: 1 });
  expect(outcomes.length).toBeGreaterThan(25);
});
