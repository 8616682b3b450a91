import { randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import type { S3Settings } from "#app/domain/integrity/store/s3-store.server.ts";
import { defaultLimits, type LimitSettings, type RateLimit } from "#app/domain/limits/limit-settings.ts";
import { type AllowEntry, parseAllowList } from "#app/domain/outbound/allow-list.ts";

/** Empty means unset, as `FOO= npm start` is meant. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === "" ? undefined : value), schema.optional());

const onOff = z.enum(["on", "off"], { error: "must be on or off" });
const postgresUrl = z
  .string()
  .regex(
    /^postgres(ql)?:\/\//,
    "must be a PostgreSQL URL, such as postgres://user:password@host:5432/signalbox",
  );

const smtpUrl = z
  .string()
  .regex(/^smtps?:\/\/[^/\s]+/, "must be an SMTP URL, such as smtps://user:password@mail.example.com:465");

const mailFrom = z
  .string()
  .max(320, "must have at most 320 characters")
  .regex(
    /^(?:[^<>"\p{Cc}]*<[^\s<>@,]+@[^\s<>@,]+>|[^\s<>@,]+@[^\s<>@,]+)$/u,
    "must be an address, or a name and an address, such as Signalbox <signalbox@example.com>",
  );

const origin = z.string().refine((value) => {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  return /^https?:$/.test(url.protocol) && (value === url.origin || value === `${url.origin}/`);
}, "must be an origin, such as https://signalbox.example.com, with no path");

const count = (max: number, min = 0) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `must be a whole number from ${min} to ${max}`);

const secretKeys = z
  .string()
  .transform((text) => text.split(",").map((key) => key.trim()))
  .refine(
    (keys) => keys.every((key) => key.length >= 32),
    "must be keys of at least 32 characters, separated by commas",
  );

const requests = optional(count(1_000_000_000, 1));
const windowMs = optional(count(86_400_000, 100));

const outboundAllow = z.string().transform((text, context) => {
  try {
    return parseAllowList(text);
  } catch (error) {
    const message = `must be host:port or CIDR:port, separated by commas${error instanceof Error ? `; ${error.message}` : ""}`;
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  }
});

const envSchema = z
  .object({
    NODE_ENV: optional(z.enum(["production", "development", "test"])),

    HOST: optional(z.string()),
    PORT: optional(count(65_535)),
    SIGNALBOX_ORIGIN: optional(origin),
    SIGNALBOX_TRUSTED_PROXIES: optional(count(10)),

    SIGNALBOX_DATA_DIR: optional(z.string()),
    SIGNALBOX_SECRET_KEY: optional(z.string().min(32, "must have at least 32 characters")),
    SIGNALBOX_SECRET_KEY_PREVIOUS: optional(secretKeys),
    SIGNALBOX_ROLE: optional(z.enum(["all", "web", "worker"], { error: "must be all, web or worker" })),

    DATABASE_URL: optional(postgresUrl),
    DATABASE_TENANT_URL: optional(postgresUrl),
    DATABASE_SYSTEM_URL: optional(postgresUrl),
    DATABASE_POOL_SIZE: optional(count(200).refine((n) => n > 0, "must be at least 1")),

    SIGNALBOX_DEMO: optional(onOff),
    SIGNALBOX_REGISTRATION: optional(onOff),
    SMTP_URL: optional(smtpUrl),
    SIGNALBOX_MAIL_FROM: optional(mailFrom),
    SIGNALBOX_INIT_ADMIN_EMAIL: optional(z.email("must be an e-mail address")),
    SIGNALBOX_INIT_ADMIN_PASSWORD: optional(z.string().min(12, "must have at least 12 characters")),

    LOG_LEVEL: optional(
      z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"], {
        error: "must be fatal, error, warn, info, debug, trace or silent",
      }),
    ),
    USER_RATE_LIMIT_REQUESTS: requests,
    USER_RATE_LIMIT_WINDOW_MS: windowMs,
    TENANT_RATE_LIMIT_REQUESTS: requests,
    TENANT_RATE_LIMIT_WINDOW_MS: windowMs,
    API_KEY_RATE_LIMIT_REQUESTS: requests,
    API_KEY_RATE_LIMIT_WINDOW_MS: windowMs,
    ADDRESS_RATE_LIMIT_REQUESTS: requests,
    ADDRESS_RATE_LIMIT_WINDOW_MS: windowMs,
    SIGN_IN_RATE_LIMIT_REQUESTS: requests,
    SIGN_IN_RATE_LIMIT_WINDOW_MS: windowMs,
    AGENT_RATE_LIMIT_REQUESTS: requests,
    AGENT_RATE_LIMIT_WINDOW_MS: windowMs,
    CHANNEL_TEST_RATE_LIMIT_REQUESTS: requests,
    CHANNEL_TEST_RATE_LIMIT_WINDOW_MS: windowMs,
    ALERT_CHECK_RATE_LIMIT_REQUESTS: requests,
    ALERT_CHECK_RATE_LIMIT_WINDOW_MS: windowMs,

    GEOIP_DB: optional(z.string()),
    SIGNALBOX_MEMORY_BOUND_MIB: optional(count(1_048_576, 1)),
    SIGNALBOX_METRICS_TOKEN: optional(z.string().min(16, "must have at least 16 characters")),
    SIGNALBOX_OUTBOUND_ALLOW: optional(outboundAllow),
    SIGNALBOX_PAGERDUTY_URL: optional(
      z.url({
        protocol: /^https?$/,
        error: "must be a URL, such as https://events.pagerduty.com/v2/enqueue",
      }),
    ),

    ARCHIVE_S3_BUCKET: optional(z.string().min(3).max(63)),
    ARCHIVE_S3_ENDPOINT: optional(
      z.url({ protocol: /^https?$/, error: "must be a URL, such as https://s3.example.com" }),
    ),
    ARCHIVE_S3_REGION: optional(z.string()),
    ARCHIVE_S3_ACCESS_KEY_ID: optional(z.string()),
    ARCHIVE_S3_SECRET_ACCESS_KEY: optional(z.string()),
    ARCHIVE_S3_PREFIX: optional(
      z
        .string()
        .regex(
          /^(?:[\w.-]+\/)+$/,
          "must be the name of a folder, such as signalbox/, with a slash at its end",
        ),
    ),
  })
  .superRefine((env, context) => {
    const missing = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    if (env.DATABASE_URL !== undefined && env.SIGNALBOX_SECRET_KEY === undefined)
      missing("SIGNALBOX_SECRET_KEY", "is needed with DATABASE_URL: at least 32 random characters");
    if ((env.DATABASE_TENANT_URL === undefined) !== (env.DATABASE_SYSTEM_URL === undefined))
      missing("DATABASE_TENANT_URL", "and DATABASE_SYSTEM_URL go together: set both or neither");
    if (env.DATABASE_TENANT_URL !== undefined && env.DATABASE_URL === undefined)
      missing("DATABASE_URL", "is needed with DATABASE_TENANT_URL and DATABASE_SYSTEM_URL");
    if ((env.SIGNALBOX_INIT_ADMIN_EMAIL === undefined) !== (env.SIGNALBOX_INIT_ADMIN_PASSWORD === undefined))
      missing(
        "SIGNALBOX_INIT_ADMIN_EMAIL",
        "and SIGNALBOX_INIT_ADMIN_PASSWORD go together: set both or neither",
      );
    if ((env.ARCHIVE_S3_ACCESS_KEY_ID === undefined) !== (env.ARCHIVE_S3_SECRET_ACCESS_KEY === undefined))
      missing(
        "ARCHIVE_S3_ACCESS_KEY_ID",
        "and ARCHIVE_S3_SECRET_ACCESS_KEY go together: set both or neither",
      );
    for (const name of ["ENDPOINT", "REGION", "ACCESS_KEY_ID", "PREFIX"] as const)
      if (env[`ARCHIVE_S3_${name}`] !== undefined && env.ARCHIVE_S3_BUCKET === undefined)
        missing("ARCHIVE_S3_BUCKET", `is needed with ARCHIVE_S3_${name}`);
    if (env.SIGNALBOX_ROLE === "worker" && env.DATABASE_URL === undefined)
      missing(
        "SIGNALBOX_ROLE",
        "can only be worker with a DATABASE_URL: the embedded database has one process",
      );
  });

/** What the service is told by its environment, parsed once and grouped by what it is about. */
export interface Env {
  mode: "production" | "development" | "test";
  http: {
    host: string;
    port: number;
    /** What people's browsers show; `Origin` is held against it. */
    origin: string;
    /** Whether the origin was given; when not, any loopback name of this port is the right origin. */
    originGiven: boolean;
    /** How many reverse proxies stand in front, each adding one address to `X-Forwarded-For`. */
    trustedProxies: number;
  };
  dataDir: string;
  /** Signs cookies, derives the database logins' passwords, keys the digests of addresses. */
  secretKey: string;
  /** What it was before, the newest first: opens what was sealed and signed then. */
  previousSecretKeys: readonly string[];
  role: "all" | "web" | "worker";
  database: {
    /** Absent: the embedded PostgreSQL. */
    ownerUrl: string | undefined;
    tenantUrl: string | undefined;
    systemUrl: string | undefined;
    poolSize: number;
  };
  demo: boolean;
  /** Whether strangers may make an organisation of their own. */
  registration: boolean;
  mail: {
    /** Absent: mails are kept as files in the data folder. */
    smtpUrl: string | undefined;
    from: string;
    /** Where those files are. */
    folder: string;
  };
  initAdmin: { email: string; password: string } | undefined;
  limits: LimitSettings;
  log: { level: string };
  metrics: { token: string | undefined };
  /** Above it this process is over its memory bound; absent: a share of what there is. */
  memoryBoundMib: number | undefined;
  /** A database of addresses' places (mmdb). */
  geoipPath: string | undefined;
  /** Places that may be called although they are not public, and without TLS. For development. */
  outbound: { allow: readonly AllowEntry[] };
  /** Where PagerDuty takes events; another place in tests and behind a proxy. */
  pagerDutyUrl: string;
  /** Where the audit trail's archives and newest seals are kept; absent: in the data folder. */
  archive: { s3: S3Settings | undefined };
}

/** A variable that cannot be used; the message names it and says what it should be. */
export class EnvError extends Error {
  override readonly name = "EnvError";
}

/**
 * Reads the environment. With the embedded database and no `SIGNALBOX_SECRET_KEY`, a random key is
 * made and kept in the data folder, so that sessions survive a restart.
 * @throws EnvError naming every variable that is wrong.
 */
export function readEnv(source: Record<string, string | undefined>): Env {
  const parsed = envSchema.safeParse(source);
  if (!parsed.success) {
    const sentences = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
    throw new EnvError(`The environment is not right: ${sentences.join("; ")}.`);
  }
  const env = parsed.data;
  const dataDir = resolve(env.SIGNALBOX_DATA_DIR ?? ".data");
  const port = env.PORT ?? 3000;
  return {
    mode: env.NODE_ENV ?? "production",
    http: {
      host: env.HOST ?? "127.0.0.1",
      port,
      origin: (env.SIGNALBOX_ORIGIN ?? `http://localhost:${port}`).replace(/\/$/, ""),
      originGiven: env.SIGNALBOX_ORIGIN !== undefined,
      trustedProxies: env.SIGNALBOX_TRUSTED_PROXIES ?? 0,
    },
    dataDir,
    secretKey: env.SIGNALBOX_SECRET_KEY ?? keptSecretKey(dataDir),
    previousSecretKeys: env.SIGNALBOX_SECRET_KEY_PREVIOUS ?? [],
    role: env.SIGNALBOX_ROLE ?? "all",
    database: {
      ownerUrl: env.DATABASE_URL,
      tenantUrl: env.DATABASE_TENANT_URL,
      systemUrl: env.DATABASE_SYSTEM_URL,
      poolSize: env.DATABASE_POOL_SIZE ?? 10,
    },
    demo: env.SIGNALBOX_DEMO !== "off" && env.DATABASE_URL === undefined,
    registration: env.SIGNALBOX_REGISTRATION !== "off",
    mail: {
      smtpUrl: env.SMTP_URL,
      from: env.SIGNALBOX_MAIL_FROM ?? "Signalbox <signalbox@localhost>",
      folder: join(dataDir, "mail"),
    },
    initAdmin:
      env.SIGNALBOX_INIT_ADMIN_EMAIL !== undefined && env.SIGNALBOX_INIT_ADMIN_PASSWORD !== undefined
        ? { email: env.SIGNALBOX_INIT_ADMIN_EMAIL, password: env.SIGNALBOX_INIT_ADMIN_PASSWORD }
        : undefined,
    limits: limitsOf(env),
    log: { level: env.LOG_LEVEL ?? "info" },
    metrics: { token: env.SIGNALBOX_METRICS_TOKEN },
    memoryBoundMib: env.SIGNALBOX_MEMORY_BOUND_MIB,
    geoipPath: env.GEOIP_DB === undefined ? undefined : resolve(env.GEOIP_DB),
    outbound: { allow: env.SIGNALBOX_OUTBOUND_ALLOW ?? [] },
    pagerDutyUrl: env.SIGNALBOX_PAGERDUTY_URL ?? "https://events.pagerduty.com/v2/enqueue",
    archive: { s3: s3Settings(env) },
  };
}

function s3Settings(env: z.output<typeof envSchema>): S3Settings | undefined {
  if (env.ARCHIVE_S3_BUCKET === undefined) return undefined;
  const { ARCHIVE_S3_ACCESS_KEY_ID: accessKeyId, ARCHIVE_S3_SECRET_ACCESS_KEY: secretAccessKey } = env;
  return {
    bucket: env.ARCHIVE_S3_BUCKET,
    endpoint: env.ARCHIVE_S3_ENDPOINT,
    region: env.ARCHIVE_S3_REGION ?? "us-east-1",
    credentials:
      accessKeyId !== undefined && secretAccessKey !== undefined
        ? { accessKeyId, secretAccessKey }
        : undefined,
    prefix: env.ARCHIVE_S3_PREFIX ?? "",
  };
}

function limitsOf(env: z.infer<typeof envSchema>): LimitSettings {
  const pair = (usual: RateLimit, requests: number | undefined, windowMs: number | undefined): RateLimit => ({
    requests: requests ?? usual.requests,
    windowMs: windowMs ?? usual.windowMs,
  });
  const { user, tenant, apiKey, address, signIn, asks, channelTests, alertChecks } = defaultLimits;
  // One figure for questions is meant for everybody, whatever their role.
  const ask = (usual: RateLimit) =>
    pair(usual, env.AGENT_RATE_LIMIT_REQUESTS, env.AGENT_RATE_LIMIT_WINDOW_MS);
  return {
    user: pair(user, env.USER_RATE_LIMIT_REQUESTS, env.USER_RATE_LIMIT_WINDOW_MS),
    tenant: pair(tenant, env.TENANT_RATE_LIMIT_REQUESTS, env.TENANT_RATE_LIMIT_WINDOW_MS),
    apiKey: pair(apiKey, env.API_KEY_RATE_LIMIT_REQUESTS, env.API_KEY_RATE_LIMIT_WINDOW_MS),
    address: pair(address, env.ADDRESS_RATE_LIMIT_REQUESTS, env.ADDRESS_RATE_LIMIT_WINDOW_MS),
    signIn: pair(signIn, env.SIGN_IN_RATE_LIMIT_REQUESTS, env.SIGN_IN_RATE_LIMIT_WINDOW_MS),
    asks: {
      tenant_admin: ask(asks.tenant_admin),
      developer: ask(asks.developer),
      member: ask(asks.member),
    },
    channelTests: pair(
      channelTests,
      env.CHANNEL_TEST_RATE_LIMIT_REQUESTS,
      env.CHANNEL_TEST_RATE_LIMIT_WINDOW_MS,
    ),
    alertChecks: pair(alertChecks, env.ALERT_CHECK_RATE_LIMIT_REQUESTS, env.ALERT_CHECK_RATE_LIMIT_WINDOW_MS),
  };
}

function keptSecretKey(dataDir: string): string {
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, "secret.key");
  if (!existsSync(path)) {
    // Written aside and linked into place, so that a kill in between leaves no half key and two
    // processes starting at once agree on one.
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600 });
    try {
      linkSync(draft, path);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    } finally {
      unlinkSync(draft);
    }
  }
  const key = readFileSync(path, "utf8").trim();
  if (key.length < 32)
    throw new EnvError(`The key kept in ${path} is damaged: it is shorter than 32 characters.`);
  return key;
}
