import { sql } from "drizzle-orm";
import { check, foreignKey, integer, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { bytea, typeId } from "../columns.ts";
import { agents, messages } from "./messaging.ts";

/**
 * Where an agent's messages are posted. Messages of one endpoint go one after the other, so that it
 * has a lease (whoever drains it holds that) and a backoff of its own. Secrets are kept encrypted:
 * unlike a password they are needed again, to sign.
 */
export const endpoints = pgTable(
  "endpoints",
  {
    tenantId: typeId("ten").notNull(),
    agentId: typeId("agt").notNull(),
    url: text().notNull(),
    secret: bytea().notNull(),
    /** Signs beside the new one until its time is over, so that a receiver can change over. */
    previousSecret: bytea(),
    previousSecretUntil: timestamp({ withTimezone: true }),
    status: text().notNull().default("active"),
    disabledAt: timestamp({ withTimezone: true }),
    disabledReason: text(),
    /** Attempts, and messages given up, since it last answered 2xx. */
    failures: integer().notNull().default(0),
    givenUp: integer().notNull().default(0),
    nextAttemptAt: timestamp({ withTimezone: true }),
    leaseId: uuid(),
    leasedUntil: timestamp({ withTimezone: true }),
    lastAttemptAt: timestamp({ withTimezone: true }),
    lastSuccessAt: timestamp({ withTimezone: true }),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    updatedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: "endpoints_pkey", columns: [t.tenantId, t.agentId] }),
    foreignKey({
      name: "endpoints_agent_fkey",
      columns: [t.tenantId, t.agentId],
      foreignColumns: [agents.tenantId, agents.id],
    }).onDelete("cascade"),
    check("endpoints_url_check", sql`length(${t.url}) between 1 and 2048`),
    check("endpoints_status_check", sql`${t.status} in ('active', 'disabled')`),
    check("endpoints_disabled_reason_check", sql`${t.disabledReason} in ('person', 'gone', 'failing')`),
  ],
);

/** One try to post a message to its endpoint, and what came back. */
export const deliveryAttempts = pgTable(
  "delivery_attempts",
  {
    tenantId: typeId("ten").notNull(),
    messageId: typeId("msg").notNull(),
    id: uuid().notNull(),
    /** From 1; begins anew when the message is replayed. */
    attempt: integer().notNull(),
    url: text().notNull(),
    startedAt: timestamp({ withTimezone: true }).notNull(),
    durationMs: integer().notNull(),
    outcome: text().notNull(),
    statusCode: integer(),
    /** Why there was no answer, or why it counts as none. */
    error: text(),
    /** The beginning of what was answered. */
    responseBody: text(),
  },
  (t) => [
    primaryKey({ name: "delivery_attempts_pkey", columns: [t.tenantId, t.messageId, t.id] }),
    foreignKey({
      name: "delivery_attempts_message_fkey",
      columns: [t.tenantId, t.messageId],
      foreignColumns: [messages.tenantId, messages.id],
    }).onDelete("cascade"),
    check("delivery_attempts_outcome_check", sql`${t.outcome} in ('delivered', 'failed')`),
    check("delivery_attempts_error_check", sql`length(${t.error}) <= 500`),
    check("delivery_attempts_response_body_check", sql`length(${t.responseBody}) <= 2000`),
  ],
);
