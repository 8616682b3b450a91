import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea, typeId, xid8 } from "../columns.ts";
import { tenants } from "./tenants.ts";

/**
 * A tenant's chain of seals. No runtime login may change or remove one. `statement` is the text that was
 * signed; the columns beside it repeat what is searched by. `eventIds` and `leaves` (32 bytes each) are
 * the run, in its order; they go when an archive holds it.
 */
export const auditSeals = pgTable(
  "audit_seals",
  {
    tenantId: typeId("ten")
      .notNull()
      .references(() => tenants.id),
    sequence: bigint({ mode: "number" }).notNull(),
    statement: text().notNull(),
    signature: bytea().notNull(),
    /** SHA-256 of the statement; the next one names it. */
    digest: bytea().notNull(),
    events: integer().notNull(),
    /** The earliest and the latest time in the run, which is ordered otherwise. */
    fromAt: timestamp({ withTimezone: true }).notNull(),
    toAt: timestamp({ withTimezone: true }).notNull(),
    sealedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    eventIds: uuid().array(),
    leaves: bytea(),
  },
  (t) => [
    primaryKey({ name: "audit_seals_pkey", columns: [t.tenantId, t.sequence] }),
    index("audit_seals_to_idx").on(t.tenantId, t.toAt, t.sequence),
    check("audit_seals_sequence_check", sql`${t.sequence} > 0`),
    check("audit_seals_events_check", sql`${t.events} > 0`),
    check(
      "audit_seals_run_check",
      sql`coalesce(cardinality(${t.eventIds}) = ${t.events}, true) and coalesce(octet_length(${t.leaves}) = 32 * ${t.events}, true)`,
    ),
  ],
);

/** The newest seal of each chain, and which of them the world outside has been told of. */
export const auditChains = pgTable(
  "audit_chains",
  {
    tenantId: typeId("ten")
      .notNull()
      .references(() => tenants.id),
    sequence: bigint({ mode: "number" }).notNull(),
    digest: bytea().notNull(),
    anchoredSequence: bigint({ mode: "number" }).notNull().default(0),
    /** Why the last attempt to anchor failed; null when it did not. */
    anchorError: text(),
  },
  (t) => [
    primaryKey({ name: "audit_chains_pkey", columns: [t.tenantId] }),
    index("audit_chains_unanchored_idx").on(t.tenantId).where(sql`${t.anchoredSequence} < ${t.sequence}`),
  ],
);

/** How far the events of all tenants are sealed: one row. */
export const auditSealer = pgTable(
  "audit_sealer",
  {
    onlyRow: boolean().primaryKey().default(true),
    generation: smallint().notNull().default(0),
    xid: xid8().notNull().default(sql`'0'`),
    eventId: uuid().notNull().default(sql`'00000000-0000-0000-0000-000000000000'`),
    sealedAt: timestamp({ withTimezone: true }),
  },
  (t) => [check("audit_sealer_only_row_check", sql`${t.onlyRow}`)],
);

/** The clusters that this database has lived in; transaction ids are counted anew in each. */
export const auditGenerations = pgTable("audit_generations", {
  generation: smallint().primaryKey(),
  systemIdentifier: text().notNull(),
  startedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
});

/** A check of a tenant's whole trail: how far it is, and what it has found. */
export const auditVerifications = pgTable(
  "audit_verifications",
  {
    tenantId: typeId("ten")
      .notNull()
      .references(() => tenants.id),
    id: typeId("vrf").notNull(),
    state: text().notNull().default("waiting"),
    requestedBy: text(),
    requestedByName: text(),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    finishedAt: timestamp({ withTimezone: true }),
    sealsTotal: bigint({ mode: "number" }).notNull().default(0),
    seals: bigint({ mode: "number" }).notNull().default(0),
    events: bigint({ mode: "number" }).notNull().default(0),
    /** Events whose erasable part is gone. */
    erased: bigint({ mode: "number" }).notNull().default(0),
    archives: integer().notNull().default(0),
    /** More than are listed in `findings`, perhaps. */
    damages: bigint({ mode: "number" }).notNull().default(0),
    findings: jsonb().notNull().default([]),
    /** Why it could not be finished. */
    error: text(),
  },
  (t) => [
    primaryKey({ name: "audit_verifications_pkey", columns: [t.tenantId, t.id] }),
    check(
      "audit_verifications_state_check",
      sql`${t.state} in ('waiting', 'running', 'intact', 'damaged', 'failed')`,
    ),
  ],
);
