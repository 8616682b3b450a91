import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { issueOneTimeToken } from "#app/domain/auth/issue-one-time-token.server.ts";
import { invitationToken } from "#app/domain/auth/mailed-links.ts";
import { createMailer } from "#app/domain/mail/create-mailer.server.ts";
import { enqueueMail } from "#app/domain/mail/enqueue-mail.server.ts";
import { digestLinkToken } from "#app/domain/mail/link-tokens.server.ts";
import type { MailServices } from "#app/domain/mail/mail-services.server.ts";
import { newId, newUuid, type OneTimeTokenId, toUuid } from "#db/ids.ts";
import { type Log, silentLog } from "#db/log.ts";
import { invitations } from "#db/schema/index.ts";
import type { MailRequest } from "#jobs/catalog.ts";
import { startWorker, type Worker } from "#jobs/worker.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { type MailServer, startMailServer } from "#tests/setup/mail-server.ts";
import { mailServices } from "#tests/setup/mail-services.ts";
import { noticeServices } from "#tests/setup/notice-services.ts";
import { pushServices } from "#tests/setup/push-services.ts";
import { linkIn, readMail } from "#tests/setup/read-mail.ts";
import { createTenantFixture, type TenantFixture } from "#tests/setup/tenant-fixture.ts";
import { trailServices } from "#tests/setup/trail-services.ts";

let database: TestDatabase;
let mailServer: MailServer;
let worker: Worker | undefined;
let ada: TenantFixture;
let logged: { fields: object; message: string }[];
let log: Log;

beforeEach(async () => {
  database = await createTestDatabase();
  mailServer = await startMailServer();
  ada = await createTenantFixture(database.db);
  logged = [];
  const keep = (fields: object, message: string) => void logged.push({ fields, message });
  log = { ...silentLog, info: keep, warn: keep, error: keep };
});
afterEach(async () => {
  await worker?.stop();
  worker = undefined;
  await mailServer.stop();
  await database.drop();
});

const services = () => mailServices(mailServer.url);

async function start(mail: MailServices = services()): Promise<void> {
  worker = await startWorker({
    ...{
      systemUrl: database.systemUrl,
      db: database.db,
      log,
      push: pushServices(),
      trail: trailServices(),
      mail,
      notices: noticeServices(),
    },
    ...{ heartbeatMs: 200, deadAfterMs: 1_000, pollMs: 100 },
  });
}

const enqueue = (request: MailRequest) => database.db.asSystem((tx) => enqueueMail(tx, request));

async function issue(purpose: "verify_email" | "reset_password"): Promise<OneTimeTokenId> {
  const { adminId: userId, email } = ada;
  const id = await database.db.asSystem((tx) =>
    issueOneTimeToken(tx, services().linkTokens, { userId, purpose, email }),
  );
  if (id === undefined) throw new Error("No token was issued.");
  return id;
}

const waitingJobs = () =>
  database.owner`
    select attempts, locked_by is not null as locked, last_error from graphile_worker.jobs
    where task_identifier = 'send-mail'`;
const dueNow = () => database.owner`update graphile_worker._private_jobs set run_at = now()`;
const messages = () => logged.map(({ message }) => message);

describe("a mail", () => {
  test("arrives with a link whose token is nowhere in the database, only its digest", async () => {
    const tokenId = await issue("verify_email");
    const token = services().linkTokens.of(tokenId);
    await enqueue({ mail: "verify-email", tokenId });
    const [job] =
      await database.owner`select * from graphile_worker._private_jobs where payload::text like '%verify%'`;
    expect(JSON.stringify(job)).not.toContain(token);
    expect(Object.keys(job?.payload).sort()).toEqual(["id", "mail", "tokenId"]);
    const [row] = await database.owner`select token_hash from one_time_tokens where id = ${toUuid(tokenId)}`;
    expect(row?.token_hash).toEqual(digestLinkToken(token));

    await start();
    await expect.poll(() => mailServer.received).toHaveLength(1);
    const [mail] = mailServer.received;
    expect(mail).toMatchObject({
      from: "signalbox@signalbox.example",
      to: [ada.email],
      headers: {
        from: "Signalbox <signalbox@signalbox.example>",
        to: ada.email,
        subject: "Confirm your email address",
        "message-id": `<${job?.payload.id}@signalbox.example>`,
        "auto-submitted": "auto-generated",
      },
    });
    const link = `https://signalbox.example/verify-email?token=${token}`;
    expect(mail?.text).toContain(link);
    expect(mail?.html).toContain(`href="${link}"`);
    await expect.poll(waitingJobs).toEqual([]);
    expect(JSON.stringify(logged)).not.toContain(token);
  });

  test.each([
    ["reset-password", "Choose a new password", "has asked for a new password"],
    ["account-exists", "You have an account already", "has an account already"],
  ] as const)("%s leads to a new password", async (mail, subject, words) => {
    const tokenId = await issue("reset_password");
    await enqueue({ mail, tokenId });
    await start();
    await expect.poll(() => mailServer.received).toHaveLength(1);
    const [received] = mailServer.received;
    expect(received?.headers.subject).toBe(subject);
    expect(received?.text).toContain(words);
    expect(linkIn({ text: received?.text ?? "" })).toBe(
      `/reset-password?token=${services().linkTokens.of(tokenId)}`,
    );
  });

  test("password-changed tells when, and carries no token", async () => {
    await database.owner`update users set password_changed_at = '2026-11-27 14:05Z' where id = ${toUuid(ada.adminId)}`;
    await enqueue({ mail: "password-changed", userId: ada.adminId });
    await start();
    await expect.poll(() => mailServer.received).toHaveLength(1);
    expect(mailServer.received[0]?.text).toContain("was changed on 27 November 2026 at 14:05 UTC");
    expect(mailServer.received[0]?.text).toContain("https://signalbox.example/forgot-password");
    expect(mailServer.received[0]?.source).not.toContain("token=");
  });

  test("invitation says who invites whom to what, and nothing that they named themselves is a link", async () => {
    const { linkTokens } = services();
    const invitation = { id: newId("inv"), sentAt: new Date() };
    const token = invitationToken(linkTokens, invitation);
    await database.owner`update tenants set name = 'Evil www.evil.example' where id = ${toUuid(ada.tenantId)}`;
    await database.db.asSystem(async (tx) => {
      await tx.insert(invitations).values({
        ...invitation,
        ...{ tenantId: ada.tenantId, email: "new@example.com", role: "developer", invitedBy: ada.adminId },
        tokenHash: digestLinkToken(token),
        expiresAt: new Date(Date.now() + 7 * 24 * 3_600_000),
      });
      await enqueueMail(tx, { mail: "invitation", tenantId: ada.tenantId, invitationId: invitation.id });
    });
    await start();
    await expect.poll(() => mailServer.to("new@example.com")).toHaveLength(1);
    const [mail] = mailServer.received;
    expect(mail?.text).toContain("Ada Admin invites you to join Evil");
    expect(mail?.text).toContain("as a developer.");
    expect(mail?.text).not.toContain("www.evil.example");
    expect(mail?.headers.subject).not.toContain("www.evil.example");
    expect(linkIn({ text: mail?.text ?? "" })).toBe(`/invitation?token=${token}`);
  });

  test.each([
    ["has been used", "update one_time_tokens set used_at = now()"],
    ["has expired", "update one_time_tokens set expires_at = now()"],
    ["went to an address that the person left", "update users set email = 'other@example.com'"],
    ["is of somebody who is disabled", "update users set disabled_at = now()"],
  ])("is not sent when its link %s", async (_, statement) => {
    await enqueue({ mail: "verify-email", tokenId: await issue("verify_email") });
    await database.owner.unsafe(statement);
    await start();
    await expect.poll(waitingJobs).toEqual([]);
    expect(mailServer.received).toEqual([]);
    expect(messages()).toContain("A mail was not sent, since what it is about is over");
  });
});

describe("a mail server", () => {
  test("that is down for a while gets the mail when it is back, with the Message-ID it had", async () => {
    await mailServer.stop();
    await enqueue({ mail: "verify-email", tokenId: await issue("verify_email") });
    await start();
    await expect.poll(waitingJobs).toMatchObject([{ attempts: 1, locked: false }]);
    await dueNow();
    await expect.poll(waitingJobs).toMatchObject([{ attempts: 2, locked: false }]);
    expect(messages()).not.toContain("A job failed for good");
    await mailServer.start();
    await dueNow();
    await expect.poll(() => mailServer.received).toHaveLength(1);
    await expect.poll(waitingJobs).toEqual([]);
  });

  test("that takes nothing just now is asked again, and the log names no recipient either", async () => {
    mailServer.answer(451);
    await enqueue({ mail: "verify-email", tokenId: await issue("verify_email") });
    await start();
    await expect.poll(waitingJobs).toMatchObject([{ attempts: 1, locked: false }]);
    mailServer.answer(250);
    await dueNow();
    await expect.poll(() => mailServer.received).toHaveLength(1);
    expect(messages()).toContain("A job failed");
    for (const { fields } of logged) expect(inspect(fields, { depth: 5 })).not.toContain(ada.email);
  });

  test("that refuses a recipient is not asked again, and the log says so without the address", async () => {
    mailServer.answer(550);
    await enqueue({ mail: "verify-email", tokenId: await issue("verify_email") });
    await start();
    await expect.poll(messages).toContain("A mail was refused for good");
    await expect.poll(waitingJobs).toEqual([]);
    expect(messages()).not.toContain("A job failed for good");
    expect(JSON.stringify(logged)).toContain("answered RCPT TO with 550");
    for (const { fields } of logged) expect(inspect(fields, { depth: 5 })).not.toContain(ada.email);
  });

  test("gets the same Message-ID when a mail is sent again because its answer was lost", async () => {
    const tokenId = await issue("verify_email");
    const { mailer } = services();
    const label = { id: newUuid(), name: "verify-email" };
    const mail = { to: ada.email, subject: "Twice", text: tokenId, html: tokenId };
    await mailer.send(mail, label);
    await mailer.send(mail, label);
    const [first, second] = mailServer.received.map(({ headers }) => headers);
    expect(first?.["message-id"]).toBe(`<${label.id}@signalbox.example>`);
    expect(second?.["message-id"]).toBe(first?.["message-id"]);
    expect(second?.date).toBe(first?.date);
  });

  test("is told of one recipient and the headers that are ours, whatever a mail is made of", async () => {
    const injected = "x\r\nBcc: all@example.com\r\n\r\nanother body";
    await services().mailer.send(
      { to: "ada@example.com", subject: injected, text: injected, html: injected },
      { id: newUuid(), name: "test" },
    );
    const [mail] = mailServer.received;
    expect(mail?.to).toEqual(["ada@example.com"]);
    expect(mail?.headers).not.toHaveProperty("bcc");
    await services()
      .mailer.send(
        { to: "ada@example.com, all@example.com", subject: "x", text: "x", html: "x" },
        { id: newUuid(), name: "test" },
      )
      .catch(() => {});
    for (const { to } of mailServer.received) expect(to).not.toContain("all@example.com");
  });
});

test("without a mail server a mail is a file that only its owner reads, and the log says where", async () => {
  const folder = path.join(await mkdtemp(path.join(tmpdir(), "signalbox-mail-")), "mail");
  const { mailer, ...rest } = mailServices();
  const files = createMailer({
    smtpUrl: undefined,
    from: "signalbox@localhost",
    origin: rest.origin,
    folder,
    log,
  });
  const tokenId = await issue("verify_email");
  await enqueue({ mail: "verify-email", tokenId });
  await start({ ...rest, mailer: files });
  const kept = async () => readdir(folder).catch(() => []);
  await expect.poll(kept).toEqual([expect.stringMatching(/^[0-9a-f-]{36}-verify-email\.eml$/)]);
  const file = path.join(folder, (await kept())[0] ?? "");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const mail = readMail(await readFile(file, "utf8"));
  expect(mail.headers).toMatchObject({ to: ada.email, from: "signalbox@localhost" });
  expect(linkIn(mail)).toBe(`/verify-email?token=${rest.linkTokens.of(tokenId)}`);
  await expect
    .poll(() => logged)
    .toContainEqual({
      fields: { file, mail: "verify-email" },
      message: "No SMTP_URL is set: a mail was kept as a file",
    });
  await rm(path.dirname(folder), { recursive: true });
});
