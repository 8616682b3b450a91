import { sql } from "drizzle-orm";
import {
  bigint,
  check,
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
    check("edge_rollups_grain_check", sql`${t.grain} in ('hour', 'day')`),
  ],
);
