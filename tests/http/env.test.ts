import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EnvError, readEnv } from "#app/env.server.ts";

const secret = "0123456789abcdef0123456789abcdef";
const external = { DATABASE_URL: "postgres://owner@db/signalbox", SIGNALBOX_SECRET_KEY: secret };

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "signalbox-env-"));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const read = (source: Record<string, string>) => readEnv({ SIGNALBOX_DATA_DIR: dataDir, ...source });

describe("the environment", () => {
  test("has defaults for everything", () => {
    expect(read({})).toMatchObject({
      mode: "production",
      http: { host: "127.0.0.1", port: 3000, origin: "http://localhost:3000", originGiven: false },
      role: "all",
      database: { ownerUrl: undefined },
      demo: true,
      log: { level: "info" },
    });
  });

  test("keeps archives in the data folder, or in the bucket that is named", () => {
    expect(read({}).archive).toEqual({ s3: undefined });
    expect(read({ ARCHIVE_S3_BUCKET: "trail", ARCHIVE_S3_PREFIX: "signalbox/" }).archive.s3).toEqual({
      bucket: "trail",
      endpoint: undefined,
      region: "us-east-1",
      credentials: undefined,
      prefix: "signalbox/",
    });
    const half = { ARCHIVE_S3_BUCKET: "trail", ARCHIVE_S3_ACCESS_KEY_ID: "x" };
    expect(() => read(half)).toThrow(/ARCHIVE_S3_ACCESS_KEY_ID and ARCHIVE_S3_SECRET_ACCESS_KEY go together/);
    expect(() => read({ ARCHIVE_S3_REGION: "eu" })).toThrow(
      /ARCHIVE_S3_BUCKET is needed with ARCHIVE_S3_REGION/,
    );
    expect(() => read({ ...half, ARCHIVE_S3_PREFIX: "no-slash" })).toThrow(/ARCHIVE_S3_PREFIX must be/);
    expect(() => read({ ...half, ARCHIVE_S3_ENDPOINT: "s3" })).toThrow(/ARCHIVE_S3_ENDPOINT must be a URL/);
  });

  test("takes empty for unset", () => {
    expect(read({ PORT: "", DATABASE_URL: "", SIGNALBOX_DEMO: "" })).toMatchObject({
      http: { port: 3000 },
      demo: true,
    });
  });

  test("keeps one random secret key in the data folder, for its owner alone", () => {
    const first = read({}).secretKey;
    expect(first.length).toBeGreaterThanOrEqual(43);
    expect(read({}).secretKey).toBe(first);
    expect(statSync(join(dataDir, "secret.key")).mode & 0o777).toBe(0o600);
    expect(readEnv({ SIGNALBOX_DATA_DIR: join(dataDir, "other") }).secretKey).not.toBe(first);
  });

  test("says so when the kept key is damaged", () => {
    writeFileSync(join(dataDir, "secret.key"), "short\n");
    expect(() => read({})).toThrow(/secret\.key is damaged/);
  });

  test("opens nothing that is not public, but for what is named", () => {
    expect(read({}).outbound.allow).toEqual([]);
    const { allow } = read({ SIGNALBOX_OUTBOUND_ALLOW: "127.0.0.1:4125, 10.0.0.0/8:443" }).outbound;
    expect(allow).toHaveLength(2);
    expect(() => read({ SIGNALBOX_OUTBOUND_ALLOW: "10.0.0.0/8" })).toThrow(
      /SIGNALBOX_OUTBOUND_ALLOW must be .*10\.0/,
    );
  });

  test("seeds no demo into somebody's own database", () => {
    expect(read(external).demo).toBe(false);
    expect(read({ SIGNALBOX_DEMO: "off" }).demo).toBe(false);
  });

  test("takes the sender of mails as an address, with a name or without", () => {
    for (const from of ["a@b.example", "Signal Box <a@b.example>", "<a@b.example>"])
      expect(read({ SIGNALBOX_MAIL_FROM: from }).mail).toMatchObject({ smtpUrl: undefined, from });
  });

  test("takes a pair for each rate limit; one figure for questions is everybody's", () => {
    const usual = read({}).limits;
    expect(usual.user).toEqual({ requests: 1_000, windowMs: 60_000 });
    expect(usual.asks.developer).toEqual({ requests: 50, windowMs: 60_000 });
    const { limits } = read({
      USER_RATE_LIMIT_REQUESTS: "7",
      SIGN_IN_RATE_LIMIT_WINDOW_MS: "5000",
      AGENT_RATE_LIMIT_REQUESTS: "20",
      AGENT_RATE_LIMIT_WINDOW_MS: "30000",
    });
    expect(limits.user).toEqual({ requests: 7, windowMs: 60_000 });
    expect(limits.signIn).toEqual({ requests: usual.signIn.requests, windowMs: 5_000 });
    for (const role of ["tenant_admin", "developer", "member"] as const)
      expect(limits.asks[role]).toEqual({ requests: 20, windowMs: 30_000 });
    expect(limits.tenant).toEqual(usual.tenant);
  });

  test("strips a trailing slash of the origin", () => {
    expect(read({ SIGNALBOX_ORIGIN: "https://box.example/" }).http).toMatchObject({
      origin: "https://box.example",
      originGiven: true,
    });
  });

  test.each([
    [{ PORT: "70000" }, /PORT must be a whole number from 0 to 65535/],
    [{ PORT: "3e3" }, /PORT/],
    [{ SIGNALBOX_ORIGIN: "https://box.example/app" }, /SIGNALBOX_ORIGIN must be an origin/],
    [{ SIGNALBOX_ORIGIN: "ftp://box.example" }, /SIGNALBOX_ORIGIN/],
    [{ DATABASE_URL: "mysql://x" }, /DATABASE_URL must be a PostgreSQL URL/],
    [{ DATABASE_URL: external.DATABASE_URL }, /SIGNALBOX_SECRET_KEY is needed with DATABASE_URL/],
    [{ SIGNALBOX_SECRET_KEY: "short" }, /SIGNALBOX_SECRET_KEY must have at least 32/],
    [
      { ...external, DATABASE_TENANT_URL: "postgres://t@db/x" },
      /DATABASE_TENANT_URL and DATABASE_SYSTEM_URL go together/,
    ],
    [{ SIGNALBOX_ROLE: "both" }, /SIGNALBOX_ROLE must be all, web or worker/],
    [{ SIGNALBOX_ROLE: "worker" }, /SIGNALBOX_ROLE can only be worker with a DATABASE_URL/],
    [{ SIGNALBOX_DEMO: "yes" }, /SIGNALBOX_DEMO must be on or off/],
    [{ LOG_LEVEL: "loud" }, /LOG_LEVEL/],
    [{ SMTP_URL: "mail.example.com:25" }, /SMTP_URL must be an SMTP URL/],
    [{ SIGNALBOX_MAIL_FROM: "Signalbox" }, /SIGNALBOX_MAIL_FROM must be an address/],
    [{ SIGNALBOX_MAIL_FROM: "a@b.example\r\nBcc: c@d.example" }, /SIGNALBOX_MAIL_FROM/],
    [{ SIGNALBOX_MAIL_FROM: "Box <a@b.example>, c@d.example" }, /SIGNALBOX_MAIL_FROM/],
    [{ ADDRESS_RATE_LIMIT_REQUESTS: "0" }, /ADDRESS_RATE_LIMIT_REQUESTS must be a whole number from 1/],
    [{ AGENT_RATE_LIMIT_WINDOW_MS: "60s" }, /AGENT_RATE_LIMIT_WINDOW_MS must be a whole number from 100/],
    [{ SIGNALBOX_INIT_ADMIN_EMAIL: "a@b.example" }, /SIGNALBOX_INIT_ADMIN_PASSWORD go together/],
  ])("refuses %o with a sentence that names it", (source, sentence) => {
    expect(() => read(source)).toThrow(EnvError);
    expect(() => read(source)).toThrow(sentence);
  });

  test("names everything that is wrong at once, and no secret value", () => {
    expect(() => read({ PORT: "x", SIGNALBOX_SECRET_KEY: "hunter2" })).toThrow(/PORT.*SIGNALBOX_SECRET_KEY/);
    expect(() => read({ PORT: "x", SIGNALBOX_SECRET_KEY: "hunter2" })).not.toThrow(/hunter2/);
  });
});
