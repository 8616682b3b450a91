import { spawn } from "node:child_process";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { toUuid } from "#db/ids.ts";
import { silentLog } from "#db/log.ts";
import { startWorker, type Worker } from "#jobs/worker.ts";
import {
  addChannel,
  type ChannelSettings,
  type TestChannel,
} from "#tests/domain/alerts/channels/channel-fixture.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { type MailServer, startMailServer } from "#tests/setup/mail-server.ts";
import { mailServices } from "#tests/setup/mail-services.ts";
import { noticeServices } from "#tests/setup/notice-services.ts";
import { pushServices } from "#tests/setup/push-services.ts";
import { createTenantFixture } from "#tests/setup/tenant-fixture.ts";
import { trailServices } from "#tests/setup/trail-services.ts";
import { startWebhookReceiver, type WebhookReceiver } from "#tests/setup/webhook-receiver.ts";

vi.setConfig({ testTimeout: 60_000 });

let database: TestDatabase;
let receiver: WebhookReceiver;
let hanging: WebhookReceiver;
let mailServer: MailServer;
let worker: Worker | undefined;
beforeAll(async () => {
  database = await createTestDatabase({ sqlPoolSize: 8 });
  receiver = await startWebhookReceiver();
  hanging = await startWebhookReceiver();
  hanging.answer("hang");
  mailServer = await startMailServer();
});
beforeEach(() => {
  receiver.received.splice(0);
  receiver.answer(204);
});
afterEach(async () => {
  await worker?.stop();
  worker = undefined;
});
afterAll(async () => {
  await database.drop();
  await receiver.close();
  await hanging.close();
  await mailServer.stop();
});

const services = () =>
  noticeServices({ places: `${receiver.place},${hanging.place}`, smtpUrl: mailServer.url });
const start = async (): Promise<void> => {
  worker = await startWorker({
    ...{ systemUrl: database.systemUrl, db: database.db, log: silentLog },
    ...{ push: pushServices(), trail: trailServices(), mail: mailServices(), notices: services() },
    ...{ heartbeatMs: 200, deadAfterMs: 1_000, pollMs: 100 },
  });
};
const hook = (name = "Hook", to = receiver): ChannelSettings => ({ kind: "webhook", name, url: to.url });
const statuses = async (channel: TestChannel) => (await channel.deliveries()).map(({ status }) => status);

test("what was found while no worker lived is told once there is one", async () => {
  const channel = await addChannel(database, services(), hook());
  const id = await channel.tell();
  await start();
  await expect.poll(() => statuses(channel)).toEqual(["delivered"]);
  expect(receiver.received.map((one) => one.id)).toEqual([id]);
});

test("what a killed worker was telling is told by the next, with the same id", async () => {
  const channel = await addChannel(database, services(), hook());
  receiver.answer("hang");
  const script = path.join(import.meta.dirname, "telling-worker.ts");
  const child = spawn(
    process.execPath,
    ["--import", "tsx", script, database.tenantUrl, database.systemUrl, receiver.place],
    { stdio: ["ignore", "inherit", "inherit"] },
  );
  try {
    const id = await channel.tell();
    await expect.poll(() => receiver.received.length, { timeout: 20_000 }).toBe(1);
    const died = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await died;
    expect(await channel.deliveries()).toMatchObject([{ id, status: "pending", attempts: [] }]);

    receiver.answer(204);
    await start();
    // The lease's time passes: its end, and the job that waits for it.
    await expect
      .poll(
        async () => {
          await database.owner`update alert_channels set leased_until = now() where leased_until > now()`;
          await database.owner`update graphile_worker._private_jobs set run_at = now() where key like 'channel:%' and locked_at is null`;
          return channel.deliveries();
        },
        { timeout: 20_000 },
      )
      .toMatchObject([{ id, status: "delivered", attempts: [{ attempt: 2 }] }]);
    expect(receiver.received.map((one) => one.id)).toEqual([id, id]);
  } finally {
    child.kill("SIGKILL");
  }
});

test("ten webhooks that hang delay neither the same tenant's mail nor another tenant's channels", async () => {
  const tenant = await createTenantFixture(database.db);
  const add = (settings: ChannelSettings) => addChannel(database, services(), settings, tenant);
  const hanged = await Promise.all([...Array(10).keys()].map((n) => add(hook(`Hook ${n}`, hanging))));
  const letter = await add({
    kind: "email",
    name: "Mail",
    addresses: ["ops@hangs.example"],
    toAdmins: false,
  });
  const stranger = await addChannel(database, services(), hook());
  await start();
  for (const channel of hanged) await channel.tell();
  // Four of the tenant's at once, and no more.
  await expect.poll(() => hanging.received.length).toBe(4);
  const sinceMs = performance.now();
  await letter.tell();
  await stranger.tell();
  await expect.poll(() => mailServer.to("ops@hangs.example").length, { interval: 20 }).toBe(1);
  await expect.poll(() => receiver.received.length, { interval: 20 }).toBe(1);
  expect(performance.now() - sinceMs).toBeLessThan(5_000);
  expect(hanging.received).toHaveLength(4);
  await expect
    .poll(async () => [...(await statuses(letter)), ...(await statuses(stranger))])
    .toEqual(["delivered", "delivered"]);
  await database.owner`update alert_channels set status = 'disabled' where id = any(${hanged.map(({ id }) => toUuid(id))}::uuid[])`;
});
