import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea, typeId } from "../columns.ts";
import { tenants } from "./tenants.ts";

/**
 * Stretches of a tenant's chain that left the table, or are about to: `planned` before their file is
 * written, `written` from the moment on in which their rows are gone, `expiring` and `expired` when the
 * file goes too, of which a signed record stays.
 */
export const auditArchives = pgTable(
  "audit_archives",
  {
    tenantId: typeId("ten")
      .notNull()
      .references(() => tenants.id),
    id: typeId("arc").notNull(),
    state: text().notNull().default("planned"),
    firstSequence: bigint({ mode: "number" }).notNull(),
    lastSequence: bigint({ mode: "number" }).notNull(),
    events: bigint({ mode: "number" }).notNull(),
    fromAt: timestamp({ withTimezone: true }).notNull(),
    toAt: timestamp({ withTimezone: true }).notNull(),
    /** Of the last seal before the stretch, null for the chain's first; and of the last in it. */
    previousDigest: bytea(),
    lastDigest: bytea().notNull(),
    /** The file's name in the archive store. */
    file: text().notNull(),
    bytes: bigint({ mode: "number" }),
    sha256: bytea(),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    writtenAt: timestamp({ withTimezone: true }),
    /** What is left of an expired one. */
    expiry: text(),
    expirySignature: bytea(),
    expiredAt: timestamp({ withTimezone: true }),
  },
  (t) => [
    primaryKey({ name: "audit_archives_pkey", columns: [t.tenantId, t.id] }),
    uniqueIndex("audit_archives_first_key").on(t.tenantId, t.firstSequence),
    index("audit_archives_to_idx").on(t.tenantId, t.toAt),
    check("audit_archives_state_check", sql`${t.state} in ('planned', 'written', 'expiring', 'expired')`),
    check("audit_archives_range_check", sql`${t.firstSequence} <= ${t.lastSequence}`),
    check(
      "audit_archives_written_check",
      sql`${t.state} = 'planned' or (${t.sha256} is not null and ${t.bytes} is not null)`,
    ),
    check(
      "audit_archives_expiry_check",
      sql`(${t.state} in ('expiring', 'expired')) = (${t.expiry} is not null and ${t.expirySignature} is not null)`,
    ),
  ],
);

/** How long a tenant's events are kept, where it says otherwise than usual. */
export const auditRetention = pgTable(
  "audit_retention",
  {
    tenantId: typeId("ten")
      .notNull()
      .references(() => tenants.id),
    /** Days in the table. */
    hotDays: integer().notNull().default(90),
    /** Days until the archive is deleted, since the event. */
    coldDays: integer().notNull().default(365),
    /** While it is set no archive is deleted. */
    holdReason: text(),
    holdPlacedBy: typeId("usr"),
    holdPlacedAt: timestamp({ withTimezone: true }),
  },
  (t) => [
    primaryKey({ name: "audit_retention_pkey", columns: [t.tenantId] }),
    check("audit_retention_hot_check", sql`${t.hotDays} between 30 and 365`),
    check(
      "audit_retention_cold_check",
      sql`${t.coldDays} between 365 and 2555 and ${t.coldDays} >= ${t.hotDays}`,
    ),
    check("audit_retention_hold_check", sql`(${t.holdReason} is null) = (${t.holdPlacedAt} is null)`),
    check("audit_retention_reason_check", sql`length(${t.holdReason}) between 1 and 500`),
  ],
);

/** What one run of retention did for one tenant; only where there was something to do. */
export const auditRetentionRuns = pgTable(
  "audit_retention_runs",
  {
    tenantId: typeId("ten")
      .notNull()
      .references(() => tenants.id),
    sweepId: uuid().notNull(),
    startedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    durationMs: integer().notNull(),
    /** Events that went to archives, and archives and events that were deleted. */
    archivedEvents: bigint({ mode: "number" }).notNull(),
    archives: integer().notNull(),
    bytes: bigint({ mode: "number" }).notNull(),
    deletedArchives: integer().notNull(),
    deletedEvents: bigint({ mode: "number" }).notNull(),
    error: text(),
  },
  (t) => [
    primaryKey({ name: "audit_retention_runs_pkey", columns: [t.tenantId, t.sweepId] }),
    foreignKey({
      name: "audit_retention_runs_sweep_fkey",
      columns: [t.sweepId],
      foreignColumns: [auditSweeps.id],
    }).onDelete("cascade"),
  ],
);

/** The runs of retention over all tenants. */
export const auditSweeps = pgTable(
  "audit_sweeps",
  {
    id: uuid().primaryKey(),
    startedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    finishedAt: timestamp({ withTimezone: true }),
    archivedEvents: bigint({ mode: "number" }).notNull().default(0),
    bytes: bigint({ mode: "number" }).notNull().default(0),
    deletedEvents: bigint({ mode: "number" }).notNull().default(0),
    /** Tenants that could not be finished. */
    errors: integer().notNull().default(0),
    droppedPartitions: integer().notNull().default(0),
  },
  (t) => [index("audit_sweeps_started_idx").on(t.startedAt)],
);

/** Whose turn it is: one runs at a time, over any number of workers. One row. */
export const auditRetentionLease = pgTable(
  "audit_retention_lease",
  {
    onlyRow: boolean().primaryKey().default(true),
    sweepId: uuid(),
    leasedUntil: timestamp({ withTimezone: true }).notNull().default(sql`'-infinity'`),
  },
  (t) => [check("audit_retention_lease_only_row_check", sql`${t.onlyRow}`)],
);
