import { sql } from "drizzle-orm";
import { check, foreignKey, index, integer, pgTable, primaryKey, text, timestamp } from "drizzle-orm/pg-core";
import { typeId } from "../columns.ts";
import { messages } from "./messaging.ts";

/**
 * What people have made of an escalation to the operators' desk. The row comes with the message, in
 * its transaction. (The foreign keys to memberships are in the migration: they null one column.)
 */
export const escalations = pgTable(
  "escalations",
  {
    tenantId: typeId("ten").notNull(),
    messageId: typeId("msg").notNull(),
    /** 0 critical … 3 low. */
    severityRank: integer().notNull(),
    state: text().notNull().default("open"),
    /** Who has taken it; kept when it is resolved. */
    holderId: typeId("mem"),
    takenAt: timestamp({ withTimezone: true }),
    resolvedBy: typeId("mem"),
    resolvedAt: timestamp({ withTimezone: true }),
    resolution: text(),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: "escalations_pkey", columns: [t.tenantId, t.messageId] }),
    // What waits for somebody, the most severe first.
    index("escalations_waiting_idx")
      .on(t.tenantId, t.severityRank, t.messageId)
      .where(sql`${t.state} in ('open', 'taken')`),
    foreignKey({
      name: "escalations_message_fkey",
      columns: [t.tenantId, t.messageId],
      foreignColumns: [messages.tenantId, messages.id],
    }).onDelete("cascade"),
    check("escalations_state_check", sql`${t.state} in ('open', 'taken', 'resolved')`),
    check("escalations_severity_check", sql`${t.severityRank} between 0 and 3`),
    check("escalations_resolution_check", sql`length(${t.resolution}) <= 2000`),
  ],
);
