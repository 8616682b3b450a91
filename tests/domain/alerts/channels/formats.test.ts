import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DeliveryReason } from "#app/domain/alerts/channels/channel-schema.ts";
import { toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { type MailServer, startMailServer } from "#tests/setup/mail-server.ts";
import { noticeServices } from "#tests/setup/notice-services.ts";
import { createTenantFixture } from "#tests/setup/tenant-fixture.ts";
import { startWebhookReceiver, verify, type WebhookReceiver } from "#tests/setup/webhook-receiver.ts";
import { addChannel, titleOfAlert } from "./channel-fixture.ts";
import { pagerDutyMaxBytes, pagerDutySchema, slackSchema } from "./published-formats.ts";

let database: TestDatabase;
let receiver: WebhookReceiver;
let mailServer: MailServer;
beforeAll(async () => {
  database = await createTestDatabase();
  receiver = await startWebhookReceiver();
  mailServer = await startMailServer();
});
afterAll(async () => {
  await database.drop();
  await receiver.close();
  await mailServer.stop();
});

const services = () =>
  noticeServices({
    places: receiver.place,
    smtpUrl: mailServer.url,
    pagerDutyUrl: `http://${receiver.place}/v2/enqueue`,
  });
const newest = () => {
  const one = receiver.received.at(-1);
  if (one === undefined) throw new Error("nothing was received");
  return one;
};
const routingKey = "R0123456789abcdefghijklmnopqrstu".slice(0, 32);
const reasons: DeliveryReason[] = ["opened", "again", "escalated", "reopened", "acknowledged", "resolved"];

describe("a webhook", () => {
  test.each(reasons)("is told of an alert that was %s, signed as its receiver can check", async (reason) => {
    const channel = await addChannel(database, services(), {
      kind: "webhook",
      name: "Hook",
      url: receiver.url,
    });
    const id = await channel.tell(reason);
    await channel.drain();
    const { headers, body } = newest();
    expect(verify(channel.secret ?? "", newest())).toEqual(body);
    expect(headers).toMatchObject({ "webhook-id": id, "x-signalbox-delivery": id });
    expect(body).toMatchObject({
      type: `alert.${reason}`,
      data: {
        id: channel.alertId,
        title: titleOfAlert,
        facts: { by: "account" },
        link: `https://signalbox.example/dashboard/alerts/${channel.alertId}`,
      },
    });
    expect(await channel.deliveries()).toMatchObject([
      {
        id,
        status: "delivered",
        attempts: [{ outcome: "delivered", statusCode: 204, target: receiver.url }],
      },
    ]);
  });

  test("is not believed with another secret, or another body", async () => {
    const channel = await addChannel(database, services(), {
      kind: "webhook",
      name: "Hook",
      url: receiver.url,
    });
    await channel.tell();
    await channel.drain();
    expect(() => verify("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", newest())).toThrow();
    expect(() => verify(channel.secret ?? "", { ...newest(), text: `${newest().text} ` })).toThrow();
  });
});

describe("Slack", () => {
  test.each(reasons)("is told of an alert that was %s in blocks as it publishes them", async (reason) => {
    const channel = await addChannel(database, services(), {
      ...{
        kind: "slack",
        name: "Slack",
        webhookUrl: `http://${receiver.place}/services/T0/B0/secret-of-slack`,
      },
    });
    await channel.tell(reason, { resolvedBy: "Ada", resolution: "blocked <!channel>" });
    await channel.drain();
    const message = slackSchema.parse(newest().body);
    expect(JSON.stringify(message)).toContain(`/dashboard/alerts/${channel.alertId}`);
    // Nothing that somebody typed mentions a channel, or is markup.
    expect(message.text).toContain("&lt;ada@example.com&gt; &amp;");
    expect(JSON.stringify(message.blocks.slice(1))).not.toContain("<!channel>");
  });

  test("is told of an alert whose texts are as long as they may be", async () => {
    const channel = await addChannel(database, services(), {
      ...{
        kind: "slack",
        name: "Slack",
        webhookUrl: `http://${receiver.place}/services/T0/B0/secret-of-slack`,
      },
    });
    const long = "w".repeat(3_000);
    await channel.tell("resolved", {
      title: long,
      resolution: long,
      subject: { type: "user", id: null, name: long },
    });
    await channel.drain();
    slackSchema.parse(newest().body);
    expect(await channel.deliveries()).toMatchObject([{ status: "delivered" }]);
  });
});

describe("PagerDuty", () => {
  test.each([
    ["opened", "trigger"],
    ["again", "trigger"],
    ["escalated", "trigger"],
    ["acknowledged", "acknowledge"],
    ["resolved", "resolve"],
  ] as const)(
    "is told of an alert that was %s by the event %s as it publishes it",
    async (reason, action) => {
      const channel = await addChannel(database, services(), {
        kind: "pagerduty",
        name: "PagerDuty",
        routingKey,
      });
      await channel.tell(reason, { title: "t".repeat(2_000) });
      await channel.drain();
      const event = pagerDutySchema.parse(newest().body);
      expect(event).toMatchObject({
        event_action: action,
        dedup_key: channel.alertId,
        routing_key: routingKey,
      });
      expect(Buffer.byteLength(newest().text)).toBeLessThan(pagerDutyMaxBytes);
      const [delivery] = await channel.deliveries();
      expect(delivery).toMatchObject({
        status: "delivered",
        attempts: [{ target: `PagerDuty …${routingKey.slice(-4)}` }],
      });
    },
  );
});

describe("a mail", () => {
  const addresses = ["ops@example.com", "Ops@Example.com", "second@example.com"];

  test("tells each address once, as text and HTML, with the delivery's id", async () => {
    const channel = await addChannel(database, services(), {
      ...{ kind: "email", name: "Mail", addresses, toAdmins: false },
    });
    const id = await channel.tell();
    await channel.drain();
    const mails = mailServer.received.filter(({ headers }) => headers["x-signalbox-delivery"] === id);
    expect(mails.map(({ to }) => to)).toEqual([["ops@example.com"], ["second@example.com"]]);
    for (const { headers, text, html } of mails) {
      expect(headers["message-id"]).toBe(`<${toUuid(id)}@signalbox.example>`);
      expect(headers.references).toBe(`<${channel.alertId}@signalbox.example>`);
      for (const body of [text, html])
        expect(body.replaceAll("\u2060", "")).toContain(
          `https://signalbox.example/dashboard/alerts/${channel.alertId}`,
        );
      expect(text.replaceAll("\u2060", "")).toContain(titleOfAlert);
      expect(html).not.toContain("<ada");
    }
  });

  test("goes to the admins who have confirmed their addresses, and to who is an admin when it is sent", async () => {
    const tenant = await createTenantFixture(database.db);
    const channel = await addChannel(
      database,
      services(),
      { kind: "email", name: "Mail", addresses: [], toAdmins: true },
      tenant,
    );
    await database.owner`update users set email_verified_at = null where id = ${toUuid(tenant.adminId)}`;
    const id = await channel.tell();
    await channel.drain();
    expect(mailServer.to(tenant.email)).toEqual([]);
    expect(await channel.deliveries()).toMatchObject([
      { id, status: "pending", attempts: [{ outcome: "failed" }] },
    ]);

    await database.owner`update users set email_verified_at = now() where id = ${toUuid(tenant.adminId)}`;
    await channel.skipBackoff();
    await channel.drain();
    expect(mailServer.to(tenant.email)).toHaveLength(1);
    expect(await channel.deliveries()).toMatchObject([{ id, status: "delivered" }]);
  });
});
