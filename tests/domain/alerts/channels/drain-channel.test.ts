import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createChannel } from "#app/domain/alerts/channels/create-channel.server.ts";
import { retryChannel } from "#app/domain/alerts/channels/retry-channel.server.ts";
import { retryDelivery } from "#app/domain/alerts/channels/retry-delivery.server.ts";
import { updateChannel } from "#app/domain/alerts/channels/update-channel.server.ts";
import { wakeDueChannels } from "#app/domain/alerts/channels/wake-channel.server.ts";
import type { Mailer } from "#app/domain/mail/mailer.ts";
import { toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { type MailServer, startMailServer } from "#tests/setup/mail-server.ts";
import { noticeServices } from "#tests/setup/notice-services.ts";
import { aRequest } from "#tests/setup/tenant-fixture.ts";
import { startWebhookReceiver, type WebhookReceiver } from "#tests/setup/webhook-receiver.ts";
import { addChannel, type ChannelSettings, type TestChannel } from "./channel-fixture.ts";

let database: TestDatabase;
let receiver: WebhookReceiver;
let mailServer: MailServer;
beforeAll(async () => {
  database = await createTestDatabase({ sqlPoolSize: 8 });
  receiver = await startWebhookReceiver();
  mailServer = await startMailServer();
});
beforeEach(() => {
  receiver.received.splice(0);
  receiver.answer(204);
  mailServer.received.splice(0);
  mailServer.answer(250);
});
afterAll(async () => {
  await database.drop();
  await receiver.close();
  await mailServer.stop();
});

const services = () =>
  noticeServices({
    ...{ places: receiver.place, smtpUrl: mailServer.url, pagerDutyUrl: `http://${receiver.place}/enqueue` },
    timeoutMs: 1_000,
  });
const hook = (): ChannelSettings => ({ kind: "webhook", name: "Hook", url: receiver.url });
const slack = (): ChannelSettings => ({
  ...{ kind: "slack", name: "Slack", webhookUrl: `http://${receiver.place}/services/T0/B0/X0` },
});
const mail = (...addresses: string[]): ChannelSettings => ({
  ...{ kind: "email", name: "Mail", addresses, toAdmins: false },
});
const add = (settings: ChannelSettings, beside?: TestChannel) =>
  addChannel(database, services(), settings, beside?.tenant);
const eventsOf = ({ tenant }: TestChannel, action: string) =>
  database.owner`
    select action, resource_id, actor_id, details from audit_events
    where tenant_id = ${toUuid(tenant.tenantId)} and action = ${action} order by id`;
const failingFor = (channel: TestChannel, days: number) =>
  database.owner`
    update alert_channels set failing_since = now() - make_interval(days => ${days})
    where id = ${toUuid(channel.id)}`;
const secondsUntilNext = async (channel: TestChannel) =>
  (Number(((await channel.row()).next_attempt_at as Date | null) ?? 0) - Date.now()) / 1_000;

describe("what waits for a channel", () => {
  test("is told in order, and what fails holds up what is behind it", async () => {
    const channel = await add(hook());
    const ids = [await channel.tell(), await channel.tell("again"), await channel.tell("resolved")];
    receiver.answer(503);
    expect(await channel.drain()).toBe(1);
    expect(await channel.drain(), "it backs off").toBe(0);
    receiver.answer(204);
    await channel.skipBackoff();
    expect(await channel.drain()).toBe(3);
    expect(receiver.received.map(({ id }) => id)).toEqual([ids[0], ...ids]);
    expect(await channel.deliveries()).toMatchObject([
      {
        id: ids[0],
        status: "delivered",
        attempts: [
          { attempt: 1, statusCode: 503 },
          { attempt: 2, statusCode: 204 },
        ],
      },
      { id: ids[1], status: "delivered", attempts: [{ attempt: 1 }] },
      { id: ids[2], status: "delivered" },
    ]);
    expect(await channel.row()).toMatchObject({
      failures: 0,
      failing_since: null,
      last_error: null,
      lease_id: null,
    });
  });

  test("waits as long as the receiver has asked for", async () => {
    const channel = await add(hook());
    receiver.answer((_, response) => response.writeHead(429, { "Retry-After": "120" }).end());
    await channel.tell();
    await channel.drain();
    expect(await secondsUntilNext(channel)).toBeGreaterThan(115);
    expect(await secondsUntilNext(channel)).toBeLessThan(125);
  });

  test("is tried after 5 s, 30 s, 2 min, 10 min, 30 min, 1 h, 3 h, then every 6 h", async () => {
    const channel = await add(hook());
    receiver.answer(500);
    await channel.tell();
    const waits: number[] = [];
    for (let n = 0; n < 10; n++) {
      await channel.skipBackoff();
      await channel.drain();
      waits.push(Math.round(await secondsUntilNext(channel)));
    }
    expect(waits).toEqual([5, 30, 120, 600, 1_800, 3_600, 10_800, 21_600, 21_600, 21_600]);
  });

  test("is told once by two who drain at the same time", async () => {
    const channel = await add(hook());
    for (let n = 0; n < 10; n++) await channel.tell("again");
    await Promise.all([channel.drain(), channel.drain(), channel.drain()]);
    expect(receiver.received).toHaveLength(10);
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(10);
  });

  test("is found again where its job was lost", async () => {
    const { db, owner } = database;
    const channel = await add(hook());
    await channel.tell();
    const jobs = () =>
      owner`select from graphile_worker._private_jobs where key = ${`channel:${toUuid(channel.id)}`}`;
    await owner`delete from graphile_worker._private_jobs where key like 'channel:%'`;
    await wakeDueChannels(db);
    expect(await jobs()).toHaveLength(1);
    await channel.drain();
    await owner`delete from graphile_worker._private_jobs where key like 'channel:%'`;
    await wakeDueChannels(db);
    expect(await jobs(), "nothing waits any more").toHaveLength(0);
  });

  test("is given up where it cannot be read, and the next is told", async () => {
    const channel = await add(hook());
    const ids = [await channel.tell("opened", { severity: "none of them" }), await channel.tell("again")];
    await channel.drain();
    await channel.skipBackoff();
    await channel.drain();
    expect(await channel.deliveries()).toMatchObject([
      { id: ids[0], status: "failed" },
      { id: ids[1], status: "delivered" },
    ]);
  });

  test("is told with the same id where a worker died after posting it", async () => {
    const channel = await add(hook());
    const id = await channel.tell();
    // What is posted, and never recorded: the worker stops in between.
    const stop = new AbortController();
    receiver.answer(() => stop.abort());
    await channel.drain({ signal: stop.signal });
    expect(await channel.deliveries()).toMatchObject([{ id, status: "pending", attempts: [] }]);
    receiver.answer(204);
    await channel.drain();
    expect(receiver.received.map((one) => one.id)).toEqual([id, id]);
    expect(await channel.deliveries()).toMatchObject([{ id, status: "delivered" }]);
  });
});

describe("what is not taken", () => {
  test("is given up at once by Slack's 400, said in the trail, and does not hold up the next", async () => {
    const channel = await add(slack());
    const ids = [await channel.tell(), await channel.tell("again")];
    let n = 0;
    receiver.answer((_, response) => response.writeHead(n++ === 0 ? 400 : 200).end("invalid_blocks"));
    await channel.drain();
    await channel.skipBackoff();
    await channel.drain();
    expect(await channel.deliveries()).toMatchObject([
      { id: ids[0], status: "failed", attempts: [{ statusCode: 400, responseBody: "invalid_blocks" }] },
      { id: ids[1], status: "delivered" },
    ]);
    expect(await eventsOf(channel, "alert_delivery.failed")).toMatchObject([
      { resource_id: ids[0], details: { channelId: channel.id, alertId: channel.alertId, attempts: 1 } },
    ]);
  });

  test("is tried three times by a webhook that refuses it", async () => {
    const channel = await add(hook());
    receiver.answer(422);
    await channel.tell();
    for (let n = 0; n < 4; n++) {
      await channel.skipBackoff();
      await channel.drain();
    }
    expect(await channel.deliveries()).toMatchObject([{ status: "failed", attempts: [{}, {}, {}] }]);
  });

  test("says nothing of the secret, though the receiver says it back", async () => {
    const channel = await add({ kind: "pagerduty", name: "PagerDuty", routingKey: "k".repeat(32) });
    receiver.answer((one, response) => response.writeHead(500).end(one.text));
    await channel.tell();
    await channel.drain();
    const [delivery] = await channel.deliveries();
    expect(delivery?.attempts[0]?.responseBody).toContain("…");
    expect(JSON.stringify(delivery)).not.toContain("k".repeat(32));
  });
});

describe("a channel", () => {
  test("that answers 410 is given up at once, with what waits for it", async () => {
    const channel = await add(hook());
    receiver.answer(410);
    await channel.tell();
    await channel.tell("again");
    await channel.drain();
    expect(await channel.row()).toMatchObject({ status: "disabled", disabled_reason: "gone" });
    expect(await channel.deliveries()).toMatchObject([
      { status: "failed" },
      { status: "cancelled", attempts: [] },
    ]);
    expect(await eventsOf(channel, "alert_channel.disabled")).toMatchObject([
      { resource_id: channel.id, actor_id: "notices", details: { kind: "webhook", reason: "gone" } },
    ]);
  });

  test("whose Slack address was revoked is given up at once", async () => {
    const channel = await add(slack());
    receiver.answer((_, response) => response.writeHead(404).end("no_service"));
    await channel.tell();
    await channel.drain();
    expect(await channel.row()).toMatchObject({ status: "disabled", disabled_reason: "gone" });
  });

  test("that fails for 5 days is given up, and not before", async () => {
    const channel = await add(hook());
    receiver.answer(500);
    await channel.tell();
    await channel.drain();
    await failingFor(channel, 4);
    await channel.skipBackoff();
    await channel.drain();
    expect(await channel.row()).toMatchObject({ status: "active", failures: 2 });
    await failingFor(channel, 5);
    await channel.skipBackoff();
    await channel.drain();
    expect(await channel.row()).toMatchObject({ status: "disabled", disabled_reason: "failing" });
    expect(await channel.deliveries()).toMatchObject([{ status: "failed", attempts: [{}, {}, {}] }]);
    expect(await eventsOf(channel, "alert_channel.disabled")).toHaveLength(1);
    expect(await eventsOf(channel, "alert_delivery.failed")).toHaveLength(1);
  });

  test("that had nothing to take since it refused something has not failed all the while", async () => {
    const channel = await add(hook());
    receiver.answer(500);
    await channel.tell();
    await failingFor(channel, 9);
    await database.owner`
      update alert_channels set next_attempt_at = now() - interval '8 days' where id = ${toUuid(channel.id)}`;
    await channel.drain();
    expect(await channel.row()).toMatchObject({ status: "active", failures: 1 });
  });

  test("that was the last one is said to the admins by mail; one of several is not", async () => {
    const { owner } = database;
    const last = await add(hook());
    await owner`update users set email_verified_at = now() where id = ${toUuid(last.tenant.adminId)}`;
    const others = await add(hook());
    await add(mail("a@example.com"), others);
    await owner`update users set email_verified_at = now() where id = ${toUuid(others.tenant.adminId)}`;
    for (const channel of [last, others]) {
      receiver.answer(410);
      await channel.tell();
      await channel.drain();
    }
    const jobs = await owner<{ payload: Record<string, unknown> }[]>`
      select payload from graphile_worker._private_jobs job
      join graphile_worker._private_tasks task on task.id = job.task_id where task.identifier = 'send-mail'
        and payload ->> 'tenantId' in (${last.tenant.tenantId}, ${others.tenant.tenantId})`;
    expect(jobs.map(({ payload }) => payload)).toMatchObject([
      { mail: "channel-disabled", channelId: last.id, userId: last.tenant.adminId },
    ]);
  });

  test("is on again when somebody turns it on, and begins afresh", async () => {
    const channel = await add(hook());
    receiver.answer(410);
    const id = await channel.tell();
    await channel.drain();
    const change = { actor: channel.tenant.admin, channelId: channel.id, request: aRequest };
    await expect(retryDelivery(database.db, { ...change, deliveryId: id })).rejects.toMatchObject({
      code: "conflict",
    });
    await updateChannel(database.db, services(), { ...change, changes: { status: "active" } });
    receiver.answer(204);
    await channel.drain();
    expect(receiver.received, "what was given up stays so").toHaveLength(1);
    const retried = await retryDelivery(database.db, { ...change, deliveryId: id });
    expect(retried).toMatchObject({ id, status: "pending", settledAt: null });
    await channel.drain();
    expect(receiver.received.map((one) => one.id)).toEqual([id, id]);
    expect(await channel.deliveries()).toMatchObject([{ status: "delivered", attempts: [{}, {}] }]);
    await expect(retryDelivery(database.db, { ...change, deliveryId: id })).rejects.toMatchObject({
      code: "conflict",
    });
    expect(await eventsOf(channel, "alert_delivery.retried")).toHaveLength(1);
  });

  test("is tried now, with what was given up, when somebody asks for it", async () => {
    const channel = await add(slack());
    receiver.answer(400);
    const given = await channel.tell();
    await channel.drain();
    await channel.skipBackoff();
    receiver.answer(500);
    const waiting = await channel.tell("again");
    await channel.drain();
    receiver.answer(200);
    expect(await channel.drain()).toBe(0);
    const change = { actor: channel.tenant.admin, channelId: channel.id, request: aRequest };
    expect(await retryChannel(database.db, change)).toMatchObject({ retried: 1, nextAttemptAt: null });
    await channel.drain();
    expect(await channel.deliveries()).toMatchObject([
      { id: given, status: "delivered" },
      { id: waiting, status: "delivered" },
    ]);
  });

  test("with another address begins afresh, and an attempt under way says nothing of it", async () => {
    const channel = await add(hook());
    await channel.tell();
    const change = { actor: channel.tenant.admin, channelId: channel.id, request: aRequest };
    const other = `http://${receiver.place}/other`;
    let changed: Promise<{ secret: string | null }> | undefined;
    receiver.answer((_, response) => {
      changed ??= updateChannel(database.db, services(), { ...change, changes: { url: other } });
      void changed.then(() => response.writeHead(500).end());
    });
    await channel.drain();
    expect((await changed)?.secret).toMatch(/^whsec_/);
    expect(await channel.row()).toMatchObject({ failures: 0, url: other, next_attempt_at: null });
    receiver.answer(204);
    await channel.drain();
    expect(await channel.deliveries()).toMatchObject([
      { status: "delivered", attempts: [{}, { target: other }] },
    ]);
  });

  test("that hangs leaves the tenant's mail and others' channels alone, and four of them hang at once", async () => {
    const first = await add(hook());
    const hanging = [first];
    for (let n = 0; n < 5; n++) {
      const { id } = await createChannel(database.db, services(), {
        actor: first.tenant.admin,
        input: {
          ...{ minSeverity: "info", ruleKinds: null, tellsEnd: true },
          kind: "webhook",
          name: `Hook ${n}`,
          url: receiver.url,
        },
        request: aRequest,
      });
      hanging.push({ ...first, id, drain: first.drain });
    }
    const letter = await add(mail("ops@example.com"), first);
    const stranger = await add(hook());
    await database.owner`
      update alert_channels set lease_id = gen_random_uuid(), leased_until = now() + interval '25 seconds'
      where id = any(${hanging.slice(1, 5).map(({ id }) => toUuid(id))}::uuid[])`;
    await first.tell();
    expect(await first.drain(), "there are four already").toBe(0);
    for (const channel of [letter, stranger]) {
      await channel.tell();
      expect(await channel.drain()).toBe(1);
      expect(await channel.deliveries()).toMatchObject([{ status: "delivered" }]);
    }
  });
});

describe("a mail server", () => {
  test("that is away for a while gets the mail when it is back, and both attempts are to be seen", async () => {
    const channel = await add(mail("ops@example.com", "more@example.com"));
    const id = await channel.tell();
    await mailServer.stop();
    await channel.drain();
    expect(await channel.row()).toMatchObject({ failures: 1, status: "active" });
    await mailServer.start();
    await channel.skipBackoff();
    await channel.drain();
    expect(mailServer.received.map(({ to }) => to)).toEqual([["ops@example.com"], ["more@example.com"]]);
    const [delivery] = await channel.deliveries();
    expect(delivery).toMatchObject({ id, status: "delivered" });
    expect(delivery?.attempts.map(({ attempt, outcome, target }) => [attempt, outcome, target])).toEqual([
      // Who cannot be spoken to is not asked for each address.
      [1, "failed", "ops@example.com"],
      [2, "delivered", "ops@example.com"],
      [2, "delivered", "more@example.com"],
    ]);
  });

  test("is left in the middle of many addresses by a worker that stops, and the rest get it afterwards", async () => {
    const addresses = ["first@example.com", "middle@example.com", "last@example.com"];
    const channel = await add(mail(...addresses));
    const id = await channel.tell();
    const stop = new AbortController();
    const { mailer } = services();
    let sent = 0;
    const stopping: Mailer = {
      async send(...one) {
        await mailer.send(...one);
        if (++sent === 2) stop.abort();
      },
    };
    await channel.drain({ signal: stop.signal, services: { ...services(), mailer: stopping } });
    expect(await channel.deliveries()).toMatchObject([{ id, status: "pending", attempts: [{}, {}] }]);
    await channel.drain();
    expect(mailServer.received.map(({ to }) => to[0])).toEqual(addresses);
    expect(await channel.deliveries()).toMatchObject([{ id, status: "delivered" }]);
  });

  test("that takes one address and another only later holds up nobody, and no one gets it twice", async () => {
    const channel = await add(mail("well@example.com", "later@example.com"));
    mailServer.answer(451, "later@example.com");
    const id = await channel.tell();
    await channel.drain();
    expect(await channel.row()).toMatchObject({ failures: 0, next_attempt_at: null });
    expect(await channel.deliveries()).toMatchObject([{ id, status: "pending" }]);
    const next = await channel.tell("again");
    await channel.drain();
    expect(mailServer.to("well@example.com")).toHaveLength(2);
    mailServer.answer(250);
    await channel.skipBackoff();
    await channel.drain();
    expect(mailServer.to("well@example.com")).toHaveLength(2);
    expect(mailServer.to("later@example.com")).toHaveLength(2);
    expect(await channel.deliveries()).toMatchObject([
      { id, status: "delivered" },
      { id: next, status: "delivered" },
    ]);
  });

  test("that refuses an address is not asked again for it, until somebody asks", async () => {
    const channel = await add(mail("gone@example.com"));
    mailServer.answer(550);
    const id = await channel.tell();
    await channel.drain();
    expect(await channel.deliveries()).toMatchObject([
      {
        id,
        status: "failed",
        attempts: [{ outcome: "failed", statusCode: 550, target: "gone@example.com" }],
      },
    ]);
    mailServer.answer(250);
    await retryDelivery(database.db, { actor: channel.tenant.admin, deliveryId: id, request: aRequest });
    await channel.drain();
    expect(mailServer.to("gone@example.com")).toHaveLength(1);
    expect(await channel.deliveries()).toMatchObject([{ id, status: "delivered" }]);
  });
});
