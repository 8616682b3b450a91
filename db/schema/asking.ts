import { sql } from "drizzle-orm";
import { check, foreignKey, index, pgTable, primaryKey, text, timestamp } from "drizzle-orm/pg-core";
import { typeId } from "../columns.ts";
import { messages } from "./messaging.ts";

/**
 * Questions of people whose answers are waited for: until when, and how that ended. Written with the
 * question's message, and kept for a day, so that an answer that comes late is still found.
 */
export const asks = pgTable(
  "asks",
  {
    tenantId: typeId("ten").notNull(),
    /** The question. */
    messageId: typeId("msg").notNull(),
    agentId: typeId("agt").notNull(),
    userId: typeId("usr").notNull(),
    membershipId: typeId("mem").notNull(),
    correlationId: text().notNull(),
    requestId: text().notNull(),
    askedAt: timestamp({ withTimezone: true }).notNull(),
    deadlineAt: timestamp({ withTimezone: true }).notNull(),
    /** Null while it is waited for. */
    outcome: text(),
    closedAt: timestamp({ withTimezone: true }),
    /** The answer, also one that came when nobody waited any more. */
    answerId: typeId("msg"),
  },
  (t) => [
    primaryKey({ name: "asks_pkey", columns: [t.tenantId, t.messageId] }),
    foreignKey({
      name: "asks_message_fkey",
      columns: [t.tenantId, t.messageId],
      foreignColumns: [messages.tenantId, messages.id],
    }).onDelete("cascade"),
    index("asks_unanswered_idx").on(t.deadlineAt).where(sql`${t.answerId} is null`),
    index("asks_asked_idx").on(t.askedAt),
    check("asks_outcome_check", sql`${t.outcome} in ('answered', 'timeout', 'cancelled', 'failed')`),
  ],
);
