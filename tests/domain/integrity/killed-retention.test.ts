import { afterAll, beforeAll, expect, test } from "vitest";
import { createS3Store } from "#app/domain/integrity/store/s3-store.server.ts";
import { type KillingTrail, startKillingTrail } from "./killing-trail.ts";

let trail: KillingTrail;
beforeAll(async () => {
  trail = await startKillingTrail();
});
afterAll(() => trail.close());

// Each a process of its own; `npm run test:soak` kills at every single step.
test("retention that is killed loses nothing, doubles nothing, and is finished by the next run: a folder", {
  timeout: 200_000,
}, async () => {
  const { folder, store } = trail.fixture;
  const outcomes = await trail.killAlong({ store, where: { folder }, first: 3, stride: 6 });
  expect(outcomes.length).toBeGreaterThan(4);
});

test("the same with S3", { timeout: 200_000 }, async () => {
  const { settings } = trail.s3;
  const outcomes = await trail.killAlong({
    store: createS3Store(settings),
    where: { s3: settings },
    first: 5,
    stride: 8,
  });
  expect(outcomes.length).toBeGreaterThan(3);
});
