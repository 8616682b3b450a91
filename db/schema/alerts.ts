import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { typeId, xid8 } from "../columns.ts";
import { users } from "./auth.ts";
import { agents } from "./messaging.ts";
import { tenants } from "./tenants.ts";

/**
 * What is looked for. Each tenant has one built-in rule of every kind, which can be changed and turned
 * off; more of a kind, for all agents or for one, can be added. What kinds there are and what their
 * numbers mean: `app/domain/alerts/rule-kinds.ts`. A rule that was removed stays for its alerts.
 */
export const alertRules = pgTable(
  "alert_rules",
  {
    tenantId: typeId("ten")
      .notNull()
      .references(() => tenants.id),
    id: typeId("rul").notNull(),
    kind: text().notNull(),
    builtIn: boolean().notNull().default(false),
    /** Null: called as its kind is. */
    name: text(),
    /** Only what this agent does; null: everybody. */
    agentId: typeId("agt"),
    enabled: boolean().notNull().default(true),
    severity: text().notNull(),
    threshold: integer().notNull(),
    windowSeconds: integer().notNull(),
    cooldownSeconds: integer().notNull().default(3600),
    /** The channels that are told; null: all whose own filter lets the alert through. */
    channelIds: uuid().array(),
    createdBy: typeId("usr"),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    updatedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    removedAt: timestamp({ withTimezone: true }),
  },
  (t) => [
    primaryKey({ name: "alert_rules_pkey", columns: [t.tenantId, t.id] }),
    uniqueIndex("alert_rules_built_in_key").on(t.tenantId, t.kind).where(sql`${t.builtIn}`),
    foreignKey({
      name: "alert_rules_agent_fkey",
      columns: [t.tenantId, t.agentId],
      foreignColumns: [agents.tenantId, agents.id],
    }),
    check("alert_rules_severity_check", sql`${t.severity} in ('info', 'warning', 'critical')`),
    check("alert_rules_threshold_check", sql`${t.threshold} between 1 and 1000000`),
    check("alert_rules_window_check", sql`${t.windowSeconds} between 10 and 86400`),
    check("alert_rules_cooldown_check", sql`${t.cooldownSeconds} between 0 and 604800`),
    check("alert_rules_name_check", sql`length(${t.name}) between 1 and 100`),
    check("alert_rules_built_in_check", sql`not (${t.builtIn} and ${t.removedAt} is not null)`),
  ],
);

/**
 * A finding. Of a fingerprint one is not resolved at most: what happens again is counted in it. What it
 * is about is in `subject…` and `facts`; sentences are made of them when they are read.
 */
export const alerts = pgTable(
  "alerts",
  {
    tenantId: typeId("ten")
      .notNull()
      .references(() => tenants.id),
    id: typeId("alr").notNull(),
    ruleId: typeId("rul").notNull(),
    kind: text().notNull(),
    /** The rule's id and what was found in: the same for all that is one alert. */
    fingerprint: text().notNull(),
    severity: text().notNull(),
    status: text().notNull().default("open"),
    /** What it is about: an agent, a user, an address by its digest, a queue … */
    subjectType: text().notNull(),
    subjectId: text(),
    subjectName: text(),
    /** Ids, numbers and enums by kind (`app/domain/alerts/rule-kinds.ts`). */
    facts: jsonb().notNull().default({}),
    /** The agent that it is about, or that its subject (a budget, say) belongs to: what lists are filtered by. */
    agentId: text().generatedAlwaysAs(
      sql`case when subject_type = 'agent' then subject_id else facts ->> 'agentId' end`,
    ),
    /** How often it happened. */
    count: bigint({ mode: "number" }).notNull().default(1),
    /** How far it has come, where it has steps (80, 100, 150 %): a higher one is told at once. */
    step: integer().notNull().default(0),
    /** When what it counts first and last happened. */
    firstAt: timestamp({ withTimezone: true }).notNull(),
    lastAt: timestamp({ withTimezone: true }).notNull(),
    openedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    /** When people were last told; orders the bell. Null: silenced, or held by the cooldown since it opened. */
    toldAt: timestamp({ withTimezone: true }),
    toldCount: bigint({ mode: "number" }).notNull().default(0),
    snoozedUntil: timestamp({ withTimezone: true }),
    acknowledgedAt: timestamp({ withTimezone: true }),
    acknowledgedBy: text(),
    acknowledgedName: text(),
    resolvedAt: timestamp({ withTimezone: true }),
    /** A user's or key's id; null when it has resolved itself. */
    resolvedBy: text(),
    resolvedName: text(),
    resolution: text(),
  },
  (t) => [
    primaryKey({ name: "alerts_pkey", columns: [t.tenantId, t.id] }),
    uniqueIndex("alerts_open_key").on(t.tenantId, t.fingerprint).where(sql`${t.status} <> 'resolved'`),
    index("alerts_status_idx").on(t.tenantId, t.status, t.lastAt, t.id),
    index("alerts_last_idx").on(t.tenantId, t.lastAt, t.id),
    index("alerts_opened_idx").on(t.tenantId, t.openedAt),
    // The bell's, which shows what is not resolved.
    index("alerts_told_idx")
      .on(t.tenantId, t.toldAt)
      .where(sql`${t.toldAt} is not null and ${t.status} <> 'resolved'`),
    // What is rare among a million must not be looked for in all of them.
    index("alerts_kind_idx").on(t.tenantId, t.kind, t.lastAt, t.id),
    index("alerts_severity_idx").on(t.tenantId, t.severity, t.lastAt, t.id),
    index("alerts_subject_idx").on(t.tenantId, t.subjectId, t.lastAt, t.id),
    index("alerts_agent_idx").on(t.tenantId, t.agentId, t.lastAt, t.id).where(sql`${t.agentId} is not null`),
    // All tenants' together, for those who administer the service.
    index("alerts_everywhere_idx").on(t.lastAt, t.id),
    index("alerts_unresolved_idx").on(t.lastAt, t.id).where(sql`${t.status} <> 'resolved'`),
    // What resolves itself is looked for every few seconds.
    index("alerts_unresolved_kind_idx").on(t.kind).where(sql`${t.status} <> 'resolved'`),
    index("alerts_resolved_idx").on(t.resolvedAt).where(sql`${t.status} = 'resolved'`),
    index("alerts_snoozed_idx")
      .on(t.snoozedUntil)
      .where(sql`${t.snoozedUntil} is not null and ${t.status} <> 'resolved'`),
    foreignKey({
      name: "alerts_rule_fkey",
      columns: [t.tenantId, t.ruleId],
      foreignColumns: [alertRules.tenantId, alertRules.id],
    }),
    check("alerts_severity_check", sql`${t.severity} in ('info', 'warning', 'critical')`),
    check("alerts_status_check", sql`${t.status} in ('open', 'acknowledged', 'resolved')`),
    check("alerts_resolved_check", sql`(${t.status} = 'resolved') = (${t.resolvedAt} is not null)`),
    check("alerts_resolution_check", sql`length(${t.resolution}) <= 2000`),
    check("alerts_fingerprint_check", sql`length(${t.fingerprint}) between 1 and 400`),
  ],
);

/** What counts towards a threshold that is not reached yet; nothing is kept here while its alert is open. */
export const alertHits = pgTable(
  "alert_hits",
  {
    tenantId: typeId("ten").notNull(),
    ruleId: typeId("rul").notNull(),
    /** The fingerprint's part that follows the rule. */
    key: text().notNull(),
    /** What must not count twice: an event, or the request that several events tell of. */
    occurrence: text().notNull(),
    occurredAt: timestamp({ withTimezone: true }).notNull(),
    eventId: typeId("evt"),
    weight: integer().notNull().default(1),
  },
  (t) => [
    primaryKey({ name: "alert_hits_pkey", columns: [t.tenantId, t.ruleId, t.key, t.occurrence] }),
    index("alert_hits_window_idx").on(t.tenantId, t.ruleId, t.key, t.occurredAt),
    index("alert_hits_occurred_idx").on(t.occurredAt),
    foreignKey({
      name: "alert_hits_rule_fkey",
      columns: [t.tenantId, t.ruleId],
      foreignColumns: [alertRules.tenantId, alertRules.id],
    }).onDelete("cascade"),
    check("alert_hits_key_check", sql`length(${t.key}) <= 300`),
    check("alert_hits_weight_check", sql`${t.weight} > 0`),
  ],
);

/** The audit events that an alert was made of: the first of them, and no more than a page can show. */
export const alertEvents = pgTable(
  "alert_events",
  {
    tenantId: typeId("ten").notNull(),
    alertId: typeId("alr").notNull(),
    eventId: typeId("evt").notNull(),
    occurredAt: timestamp({ withTimezone: true }).notNull(),
  },
  (t) => [
    primaryKey({ name: "alert_events_pkey", columns: [t.tenantId, t.alertId, t.eventId] }),
    foreignKey({
      name: "alert_events_alert_fkey",
      columns: [t.tenantId, t.alertId],
      foreignColumns: [alerts.tenantId, alerts.id],
    }).onDelete("cascade"),
  ],
);

/** What became of an alert, and what people wrote about it. */
export const alertEntries = pgTable(
  "alert_entries",
  {
    tenantId: typeId("ten").notNull(),
    alertId: typeId("alr").notNull(),
    id: uuid().notNull(),
    at: timestamp({ withTimezone: true }).notNull().defaultNow(),
    kind: text().notNull(),
    actorKind: text().notNull(),
    actorId: text(),
    actorName: text(),
    /** A note, or the reason that was given. */
    text: text(),
    details: jsonb().notNull().default({}),
  },
  (t) => [
    primaryKey({ name: "alert_entries_pkey", columns: [t.tenantId, t.alertId, t.id] }),
    foreignKey({
      name: "alert_entries_alert_fkey",
      columns: [t.tenantId, t.alertId],
      foreignColumns: [alerts.tenantId, alerts.id],
    }).onDelete("cascade"),
    check(
      "alert_entries_kind_check",
      sql`${t.kind} in ('opened', 'told', 'escalated', 'reopened', 'acknowledged', 'unacknowledged', 'snoozed', 'unsnoozed', 'note', 'action', 'resolved')`,
    ),
    check("alert_entries_text_check", sql`length(${t.text}) <= 2000`),
  ],
);

/** Alerts that fit are counted and shown, but nobody is told, until the end. What is null fits all. */
export const alertSilences = pgTable(
  "alert_silences",
  {
    tenantId: typeId("ten")
      .notNull()
      .references(() => tenants.id),
    id: typeId("sil").notNull(),
    kind: text(),
    subjectId: text(),
    /** Alerts up to this severity. */
    maxSeverity: text().notNull().default("critical"),
    reason: text().notNull(),
    startsAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    endsAt: timestamp({ withTimezone: true }).notNull(),
    createdBy: text(),
    createdName: text(),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: "alert_silences_pkey", columns: [t.tenantId, t.id] }),
    index("alert_silences_ends_idx").on(t.tenantId, t.endsAt),
    check("alert_silences_severity_check", sql`${t.maxSeverity} in ('info', 'warning', 'critical')`),
    check("alert_silences_reason_check", sql`length(${t.reason}) between 1 and 500`),
    check("alert_silences_time_check", sql`${t.endsAt} >= ${t.startsAt}`),
  ],
);

/** What a person wants to be shown on the bell, and up to where they have read it. */
export const alertPreferences = pgTable(
  "alert_preferences",
  {
    tenantId: typeId("ten")
      .notNull()
      .references(() => tenants.id),
    userId: typeId("usr")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    minSeverity: text().notNull().default("info"),
    mutedKinds: text().array().notNull().default([]),
    /** Told until then counts as read. */
    readThrough: timestamp({ withTimezone: true }),
    updatedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: "alert_preferences_pkey", columns: [t.tenantId, t.userId] }),
    check("alert_preferences_severity_check", sql`${t.minSeverity} in ('info', 'warning', 'critical')`),
  ],
);

/** An alert that a person has read on its own. Told again after that, it is unread again. */
export const alertReads = pgTable(
  "alert_reads",
  {
    tenantId: typeId("ten").notNull(),
    userId: typeId("usr")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    alertId: typeId("alr").notNull(),
    readAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: "alert_reads_pkey", columns: [t.tenantId, t.alertId, t.userId] }),
    foreignKey({
      name: "alert_reads_alert_fkey",
      columns: [t.tenantId, t.alertId],
      foreignColumns: [alerts.tenantId, alerts.id],
    }).onDelete("cascade"),
  ],
);

/** Up to where the trail of all tenants was looked at for alerts: one row, which the process at work holds. */
export const alertCursor = pgTable(
  "alert_cursor",
  {
    onlyRow: boolean().primaryKey().default(true),
    generation: smallint().notNull().default(0),
    xid: xid8().notNull().default(sql`'0'`),
    eventId: uuid().notNull().default(sql`'00000000-0000-0000-0000-000000000000'`),
    movedAt: timestamp({ withTimezone: true }),
    /** When the state of the service, and of what has windows, was last looked at. */
    pulsedAt: timestamp({ withTimezone: true }),
    sweptAt: timestamp({ withTimezone: true }),
  },
  (t) => [check("alert_cursor_only_row_check", sql`${t.onlyRow}`)],
);
