import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea, typeId } from "../columns.ts";
import { alerts } from "./alerts.ts";
import { tenants } from "./tenants.ts";

/**
 * Where alerts are told. Secrets (a webhook's signing secret, Slack's address, PagerDuty's routing key)
 * are sealed, written and never read back; `hint` is what is shown of them. One that was removed stays
 * for its deliveries. Whoever tells holds the lease, so that a channel is told one thing after the other.
 */
export const alertChannels = pgTable(
  "alert_channels",
  {
    tenantId: typeId("ten")
      .notNull()
      .references(() => tenants.id),
    id: typeId("chn").notNull(),
    kind: text().notNull(),
    name: text().notNull(),
    minSeverity: text().notNull().default("info"),
    /** Rule kinds that are told here; null: all. */
    ruleKinds: text().array(),
    /** Whether it hears that an alert was acknowledged or resolved, too. */
    tellsEnd: boolean().notNull().default(true),
    /** A webhook's address; an e-mail channel's addresses, and whether the tenant's admins are told. */
    url: text(),
    addresses: text().array().notNull().default([]),
    toAdmins: boolean().notNull().default(false),
    secret: bytea(),
    /** Signs beside the new one until its time is over, so that a receiver can change over. */
    previousSecret: bytea(),
    previousSecretUntil: timestamp({ withTimezone: true }),
    hint: text(),
    status: text().notNull().default("active"),
    disabledAt: timestamp({ withTimezone: true }),
    disabledReason: text(),
    /** Attempts since it last took something, and since when. */
    failures: integer().notNull().default(0),
    failingSince: timestamp({ withTimezone: true }),
    lastError: text(),
    lastSuccessAt: timestamp({ withTimezone: true }),
    nextAttemptAt: timestamp({ withTimezone: true }),
    leaseId: uuid(),
    leasedUntil: timestamp({ withTimezone: true }),
    createdBy: typeId("usr"),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    updatedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    removedAt: timestamp({ withTimezone: true }),
  },
  (t) => [
    primaryKey({ name: "alert_channels_pkey", columns: [t.tenantId, t.id] }),
    uniqueIndex("alert_channels_name_key").on(t.tenantId, t.name).where(sql`${t.removedAt} is null`),
    index("alert_channels_leased_idx").on(t.leasedUntil).where(sql`${t.leaseId} is not null`),
    check("alert_channels_kind_check", sql`${t.kind} in ('email', 'webhook', 'slack', 'pagerduty')`),
    check("alert_channels_name_check", sql`length(${t.name}) between 1 and 100`),
    check("alert_channels_severity_check", sql`${t.minSeverity} in ('info', 'warning', 'critical')`),
    check("alert_channels_url_check", sql`length(${t.url}) between 1 and 2048`),
    check("alert_channels_addresses_check", sql`cardinality(${t.addresses}) <= 20`),
    check("alert_channels_status_check", sql`${t.status} in ('active', 'disabled')`),
    check("alert_channels_disabled_reason_check", sql`${t.disabledReason} in ('person', 'gone', 'failing')`),
    check("alert_channels_last_error_check", sql`length(${t.lastError}) <= 500`),
  ],
);

/**
 * Something that a channel is told once, whatever it takes; its id is what receivers know it by when it
 * comes twice. `content` is the alert as it was then.
 */
export const alertDeliveries = pgTable(
  "alert_deliveries",
  {
    tenantId: typeId("ten").notNull(),
    id: typeId("ntf").notNull(),
    channelId: typeId("chn").notNull(),
    /** Null: a test. */
    alertId: typeId("alr"),
    reason: text().notNull(),
    content: jsonb().notNull(),
    status: text().notNull().default("pending"),
    attempts: integer().notNull().default(0),
    nextAttemptAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    settledAt: timestamp({ withTimezone: true }),
  },
  (t) => [
    primaryKey({ name: "alert_deliveries_pkey", columns: [t.tenantId, t.id] }),
    index("alert_deliveries_pending_idx")
      .on(t.tenantId, t.channelId, t.id)
      .where(sql`${t.status} = 'pending'`),
    index("alert_deliveries_channel_idx").on(t.tenantId, t.channelId, t.id),
    index("alert_deliveries_alert_idx").on(t.tenantId, t.alertId, t.id),
    index("alert_deliveries_created_idx").on(t.createdAt),
    foreignKey({
      name: "alert_deliveries_channel_fkey",
      columns: [t.tenantId, t.channelId],
      foreignColumns: [alertChannels.tenantId, alertChannels.id],
    }),
    foreignKey({
      name: "alert_deliveries_alert_fkey",
      columns: [t.tenantId, t.alertId],
      foreignColumns: [alerts.tenantId, alerts.id],
    }).onDelete("cascade"),
    check(
      "alert_deliveries_reason_check",
      sql`${t.reason} in ('opened', 'again', 'escalated', 'reopened', 'unsnoozed', 'acknowledged', 'resolved', 'test')`,
    ),
    check(
      "alert_deliveries_status_check",
      sql`${t.status} in ('pending', 'delivered', 'failed', 'cancelled')`,
    ),
  ],
);

/** One try to tell, and what came back. */
export const alertDeliveryAttempts = pgTable(
  "alert_delivery_attempts",
  {
    tenantId: typeId("ten").notNull(),
    deliveryId: typeId("ntf").notNull(),
    id: uuid().notNull(),
    /** From 1. */
    attempt: integer().notNull(),
    /** To whom, as it may be shown: a webhook's address, mail addresses, a hint of what is secret. */
    target: text().notNull(),
    startedAt: timestamp({ withTimezone: true }).notNull(),
    durationMs: integer().notNull(),
    outcome: text().notNull(),
    statusCode: integer(),
    error: text(),
    /** The beginning of what was answered. */
    responseBody: text(),
  },
  (t) => [
    primaryKey({ name: "alert_delivery_attempts_pkey", columns: [t.tenantId, t.deliveryId, t.id] }),
    foreignKey({
      name: "alert_delivery_attempts_delivery_fkey",
      columns: [t.tenantId, t.deliveryId],
      foreignColumns: [alertDeliveries.tenantId, alertDeliveries.id],
    }).onDelete("cascade"),
    check("alert_delivery_attempts_outcome_check", sql`${t.outcome} in ('delivered', 'failed')`),
    check("alert_delivery_attempts_error_check", sql`length(${t.error}) <= 500`),
    check("alert_delivery_attempts_response_body_check", sql`length(${t.responseBody}) <= 2000`),
  ],
);
