import { spawn } from "node:child_process";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { removeEndpoint } from "#app/domain/messaging/push/remove-endpoint.server.ts";
import { toUuid } from "#db/ids.ts";
import { silentLog } from "#db/log.ts";
import { startWorker, type Worker } from "#jobs/worker.ts";
import { request } from "#tests/domain/messaging/fleet.ts";
import { createPushFixture, type PushFixture } from "#tests/domain/messaging/push/push-fixture.ts";
import { mailServices } from "#tests/setup/mail-services.ts";
import { noticeServices } from "#tests/setup/notice-services.ts";
import { pushServices } from "#tests/setup/push-services.ts";
import { trailServices } from "#tests/setup/trail-services.ts";

let fixture: PushFixture;
let worker: Worker | undefined;
beforeAll(async () => {
  fixture = await createPushFixture();
});
afterAll(async () => {
  await worker?.stop();
  await fixture.close();
});

const start = async (places: string[]) => {
  const { db, systemUrl } = fixture.database;
  worker = await startWorker({
    ...{
      systemUrl,
      db,
      log: silentLog,
      push: pushServices(places.join(",")),
      trail: trailServices(),
      mail: mailServices(),
      notices: noticeServices(),
    },
    ...{ heartbeatMs: 200, deadAfterMs: 1_000, pollMs: 100 },
  });
  return worker;
};

test("what a killed worker was pushing is pushed again by the next, with the same id", async () => {
  const { database } = fixture;
  const pair = await fixture.addPair();
  pair.receiver.answer("hang");
  const script = path.join(import.meta.dirname, "pushing-worker.ts");
  const child = spawn(
    process.execPath,
    ["--import", "tsx", script, database.tenantUrl, database.systemUrl, pair.receiver.place],
    { stdio: ["ignore", "inherit", "inherit"] },
  );
  try {
    const id = await pair.send();
    await expect.poll(() => pair.receiver.received.length, { timeout: 15_000 }).toBe(1);
    const died = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await died;
    expect(await pair.deliveries()).toMatchObject([{ status: "sent", attempts: 1 }]);
    const [lease] = await database.owner<{ left: number }[]>`
      select extract(epoch from leased_until - now())::float8 as left from endpoints where agent_id = ${toUuid(pair.pushed.id)}`;
    expect(lease?.left).toBeLessThanOrEqual(25);

    pair.receiver.answer(204);
    const running = await start([pair.receiver.place]);
    // The lease's time passes: its end, and the job that waits for it.
    await expect
      .poll(async () => {
        await database.owner`update endpoints set leased_until = now() where leased_until > now()`;
        await database.owner`update graphile_worker._private_jobs set run_at = now() where key like 'push:%' and locked_at is null`;
        return pair.deliveries();
      })
      .toMatchObject([{ status: "delivered", attempts: 2 }]);
    expect(pair.receiver.received.map((received) => received.id)).toEqual([id, id]);
    await running.stop();
  } finally {
    child.kill("SIGKILL");
  }
});

test("the worker pushes what is sent, beside an endpoint that hangs, and hands over what is left", async () => {
  const [hanging, well] = [await fixture.addPair(), await fixture.addPair()];
  hanging.receiver.answer("hang");
  await start([hanging.receiver.place, well.receiver.place]);
  await hanging.send();
  await expect.poll(() => hanging.receiver.received.length).toBe(1);
  const ids: string[] = [];
  for (let n = 0; n < 20; n++) ids.push(await well.send());
  await expect.poll(() => well.receiver.received.map(({ id }) => id)).toEqual(ids);
  await expect
    .poll(async () => (await well.deliveries()).every(({ status }) => status === "delivered"))
    .toBe(true);

  await removeEndpoint(fixture.database.db, {
    actor: hanging.fleet.admin,
    agentId: hanging.pushed.id,
    request,
  });
  await expect.poll(() => hanging.deliveries()).toMatchObject([{ status: "delivered", handling: "unread" }]);
});
