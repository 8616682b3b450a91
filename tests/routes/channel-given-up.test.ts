import { afterAll, beforeAll, expect, test } from "vitest";
import { addChannel } from "#tests/domain/alerts/channels/channel-fixture.ts";
import { type MailServer, startMailServer } from "#tests/setup/mail-server.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { startWebhookReceiver, type WebhookReceiver } from "#tests/setup/webhook-receiver.ts";

let server: TestServer;
let receiver: WebhookReceiver;
let mailServer: MailServer;
beforeAll(async () => {
  receiver = await startWebhookReceiver();
  mailServer = await startMailServer();
  server = await startTestServer({
    env: { SIGNALBOX_ROLE: "all", SMTP_URL: mailServer.url, SIGNALBOX_OUTBOUND_ALLOW: receiver.place },
  });
});
afterAll(async () => {
  await server.close();
  await receiver.close();
  await mailServer.stop();
});

test("a channel that is given up is told of by the tenant's others, and where there is none, to its admins", async () => {
  const { database, runtime } = server;
  receiver.answer(410);
  const hook = await addChannel(database, runtime.notices, {
    kind: "webhook",
    name: "Hook",
    url: receiver.url,
  });
  await addChannel(
    database,
    runtime.notices,
    { kind: "email", name: "Mail", addresses: ["others@example.com"], toAdmins: false },
    hook.tenant,
  );
  await hook.tell();
  await expect
    .poll(() => mailServer.to("others@example.com"), { timeout: 15_000 })
    .toMatchObject([{ headers: { "auto-submitted": "auto-generated" } }]);
  expect(mailServer.to("others@example.com")[0]?.text).toContain("Hook");
  expect(mailServer.to(hook.tenant.email)).toEqual([]);

  const alone = await addChannel(database, runtime.notices, {
    kind: "webhook",
    name: "Alone",
    url: receiver.url,
  });
  await database.owner`update users set email_verified_at = now() where email = ${alone.tenant.email}`;
  await alone.tell();
  await expect.poll(() => mailServer.to(alone.tenant.email).length, { timeout: 15_000 }).toBe(1);
  const [letter] = mailServer.to(alone.tenant.email);
  expect(letter?.headers.subject).toMatch(/^Alerts of .* are told to nobody$/);
  expect(letter?.text).toContain("/dashboard/alerts/channels");
});
