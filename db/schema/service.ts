import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  timestamp,
  uniqueIndex,
  varchar,
} from "drizzle-orm/pg-core";
import { bytea } from "../columns.ts";

/** Worker processes that are alive; a stale one's jobs are unlocked by the others. */
export const workerHeartbeats = pgTable(
  "worker_heartbeats",
  {
    workerId: text().primaryKey(),
    runner: text().notNull(),
    startedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    lastSeenAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [index("worker_heartbeats_seen_idx").on(t.lastSeenAt)],
);

/** Processes that are alive, each with what it last said of itself. */
export const instances = pgTable("instances", {
  id: text().primaryKey(),
  role: text().notNull(),
  host: text().notNull(),
  pid: integer().notNull(),
  version: text().notNull(),
  startedAt: timestamp({ withTimezone: true }).notNull(),
  lastSeenAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  /** An `InstanceReport`, for platform admins. */
  report: jsonb().notNull(),
});

/** The tasks that `enqueue_job` accepts; written from `jobs/catalog.ts` by the migration step. */
export const jobTasks = pgTable("job_tasks", { name: text().primaryKey() });

/** Counters of rate limits that are exact over all instances; in the shape that rate-limiter-flexible reads. */
export const rateLimits = pgTable(
  "rate_limits",
  {
    key: varchar({ length: 255 }).primaryKey(),
    points: integer().notNull().default(0),
    /** Milliseconds since 1970; null: never. */
    expire: bigint({ mode: "number" }),
  },
  (t) => [index("rate_limits_expire_idx").on(t.expire)],
);

/**
 * The service's own Ed25519 keys. The private half is sealed with the server's key. One of a purpose signs;
 * those that were retired still verify for as long as what they signed may be valid.
 */
export const signingKeys = pgTable(
  "signing_keys",
  {
    kid: text().primaryKey(),
    purpose: text().notNull(),
    /** SPKI, DER. */
    publicKey: bytea().notNull(),
    /** PKCS #8, DER, sealed. */
    privateKey: bytea().notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    retiredAt: timestamp({ withTimezone: true }),
  },
  (t) => [
    uniqueIndex("signing_keys_current_key").on(t.purpose).where(sql`${t.retiredAt} is null`),
    check("signing_keys_purpose_check", sql`${t.purpose} in ('access', 'seal')`),
  ],
);
