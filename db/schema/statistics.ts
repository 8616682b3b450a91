import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";
import { typeId } from "../columns.ts";
import { tenants } from "./tenants.ts";

/**
 * What a transaction has changed in the figures, appended by it and folded into the roll-ups by a
 * job: a row a transaction and tenant, so that counting makes no two senders wait for each other.
 */
export const trafficDeltas = pgTable(
  "traffic_deltas",
  {
    // No foreign key: its check would lock the tenant's row in every send.
    tenantId: typeId("ten").notNull(),
    id: bigint({ mode: "bigint" }).notNull().generatedAlwaysAsIdentity(),
    deltas: jsonb().notNull(),
    /** Up to when the roll-ups are complete is the time of the oldest that waits. */
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [primaryKey({ name: "traffic_deltas_pkey", columns: [t.tenantId, t.id] })],
);

const count = () => bigint({ mode: "number" }).notNull().default(0);

/** Messages by the hour or the day (UTC) in which they were sent, with what became of them by now. */
const counts = {
  /** All, the blocked ones included. */
  sent: count(),
  delivered: count(),
  blocked: count(),
  failed: count(),
  expired: count(),
};

export const trafficRollups = pgTable(
  "traffic_rollups",
  {
    tenantId: typeId("ten")
      .notNull()
      .references(() => tenants.id),
    grain: text().notNull(),
    at: timestamp({ withTimezone: true }).notNull(),
    type: text().notNull(),
    ...counts,
    /** Times from acceptance to delivery: how many, their sum, and how many fell into each bucket. */
    latencyCount: count(),
    latencyTotalMs: count(),
    latencyBuckets: integer().array().notNull().default(sql`'{}'`),
  },
  (t) => [
    primaryKey({ name: "traffic_rollups_pkey", columns: [t.tenantId, t.grain, t.at, t.type] }),
    check("traffic_rollups_grain_check", sql`${t.grain} in ('hour', 'day')`),
  ],
);

/** The same by who sent to whom. */
export const edgeRollups = pgTable(
  "edge_rollups",
  {
    tenantId: typeId("ten")
      .notNull()
      .references(() => tenants.id),
    grain: text().notNull(),
    at: timestamp({ withTimezone: true }).notNull(),
    senderKind: text().notNull(),
    senderId: uuid().notNull(),
    recipientKind: text().notNull(),
    recipientId: uuid().notNull(),
    ...counts,
  },
  (t) => [
    primaryKey({
      name: "edge_rollups_pkey",
      columns: [t.tenantId, t.grain, t.at, t.senderId, t.recipientId],
    }),
    index("edge_rollups_sender_idx").on(t.tenantId, t.senderId, t.grain, t.at),
    index("edge_rollups_recipient_idx").on(t.tenantId, t.recipientId, t.grain, t.at),
    check("edge_rollups_grain_check", sql`${t.grain} in ('hour', 'day')`),
  ],
);

/**
 * The same by who sent, and by who received: each message is in two. Who sends most is read from
 * these, since a tenant of 1,000 edges has 90,000 of them in three months of days. By the week as
 * well, for long windows.
 */
export const partyRollups = pgTable(
  "party_rollups",
  {
    tenantId: typeId("ten")
      .notNull()
      .references(() => tenants.id),
    grain: text().notNull(),
    at: timestamp({ withTimezone: true }).notNull(),
    direction: text().notNull(),
    partyKind: text().notNull(),
    partyId: uuid().notNull(),
    ...counts,
  },
  (t) => [
    primaryKey({
      name: "party_rollups_pkey",
      columns: [t.tenantId, t.grain, t.at, t.direction, t.partyId],
    }),
    check("party_rollups_grain_check", sql`${t.grain} in ('hour', 'day', 'week')`),
    check("party_rollups_direction_check", sql`${t.direction} in ('sent', 'received')`),
  ],
);
