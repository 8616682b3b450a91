import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  date,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from "drizzle-orm/pg-core";
import { typeId } from "../columns.ts";

// No foreign keys in this file but for rare writes: their checks would lock a tenant's and an agent's row in
// every batch of events. Agents are never deleted; the metering looks each up before it writes.

const count = () => bigint({ mode: "number" }).notNull().default(0);

/** What one query of an agent used, as its reporter said it. Never changed. */
export const usageEvents = pgTable(
  "usage_events",
  {
    tenantId: typeId("ten").notNull(),
    id: typeId("usg").notNull(),
    agentId: typeId("agt").notNull(),
    occurredAt: timestamp({ withTimezone: true }).notNull(),
    recordedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    model: text().notNull(),
    provider: text().notNull(),
    /** When the terms that price it began to hold: the later one of its agent's and its tenant's. */
    termsFrom: timestamp({ withTimezone: true }).notNull(),
    modelTier: text().notNull(),
    inputTokens: bigint({ mode: "number" }).notNull(),
    outputTokens: bigint({ mode: "number" }).notNull(),
    /** Of the input. */
    cachedTokens: bigint({ mode: "number" }).notNull(),
    /** Of the output. */
    thinkingTokens: bigint({ mode: "number" }).notNull(),
    toolsCalled: text().array().notNull().default(sql`'{}'`),
    query: text(),
    responseLength: integer(),
    durationMs: integer().notNull(),
    costMicros: bigint({ mode: "number" }).notNull(),
    /** Whether the cost is the reporter's word, or the catalogue's estimate. */
    costReported: boolean().notNull(),
    conversationId: text(),
    runId: text(),
    /** Whoever the agent worked for, as the reporter names them; not an id of ours by necessity. */
    userId: text(),
    /** It came when its month was over. */
    late: boolean().notNull(),
    reservationId: typeId("rsv"),
  },
  (t) => [
    primaryKey({ name: "usage_events_pkey", columns: [t.tenantId, t.id] }),
    check(
      "usage_events_tokens_check",
      sql`${t.inputTokens} >= 0 and ${t.outputTokens} >= 0
        and ${t.cachedTokens} between 0 and ${t.inputTokens} and ${t.thinkingTokens} between 0 and ${t.outputTokens}`,
    ),
    check("usage_events_cost_check", sql`${t.costMicros} >= 0 and ${t.durationMs} >= 0`),
  ],
);

/** By which an event that is reported again is known; kept for 35 days, which is as late as one may come. */
export const usageKeys = pgTable(
  "usage_keys",
  {
    tenantId: typeId("ten").notNull(),
    agentId: typeId("agt").notNull(),
    key: text().notNull(),
    eventId: typeId("usg").notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: "usage_keys_pkey", columns: [t.tenantId, t.agentId, t.key] }),
    index("usage_keys_created_idx").on(t.createdAt),
    check("usage_keys_key_check", sql`length(${t.key}) between 1 and 200`),
  ],
);

const sums = {
  events: count(),
  inputTokens: count(),
  outputTokens: count(),
  cachedTokens: count(),
  thinkingTokens: count(),
  durationMs: count(),
  costMicros: count(),
};

/** Usage by the hour (UTC) in which it occurred. `userId` is empty where nobody is named. */
export const usageHours = pgTable(
  "usage_hours",
  {
    tenantId: typeId("ten").notNull(),
    at: timestamp({ withTimezone: true }).notNull(),
    agentId: typeId("agt").notNull(),
    model: text().notNull(),
    provider: text().notNull(),
    userId: text().notNull(),
    ...sums,
  },
  (t) => [
    primaryKey({
      name: "usage_hours_pkey",
      columns: [t.tenantId, t.at, t.agentId, t.model, t.provider, t.userId],
    }),
  ],
);

/**
 * Usage by the day (UTC), and by the terms that price it: what is exported, and what a page of one agent,
 * tier or model sums up.
 */
export const usageDays = pgTable(
  "usage_days",
  {
    tenantId: typeId("ten").notNull(),
    day: date().notNull(),
    agentId: typeId("agt").notNull(),
    termsFrom: timestamp({ withTimezone: true }).notNull(),
    model: text().notNull(),
    provider: text().notNull(),
    modelTier: text().notNull(),
    ...sums,
    /** Of the events, those that came when their month was over. */
    lateEvents: count(),
  },
  (t) => [
    primaryKey({
      name: "usage_days_pkey",
      columns: [t.tenantId, t.day, t.agentId, t.termsFrom, t.model, t.provider],
    }),
    index("usage_days_agent_idx").on(t.tenantId, t.agentId, t.day),
    index("usage_days_day_idx").on(t.day),
  ],
);

/** Usage of a tenant by the day (UTC): what a page sums up, in a row a day whatever there are of agents. */
export const usageTenantDays = pgTable(
  "usage_tenant_days",
  {
    tenantId: typeId("ten").notNull(),
    day: date().notNull(),
    ...sums,
  },
  (t) => [
    primaryKey({ name: "usage_tenant_days_pkey", columns: [t.tenantId, t.day] }),
    index("usage_tenant_days_day_idx").on(t.day),
  ],
);

// A month in a row, with its days in arrays: element n is its nth day, of 31 in every month. A year by
// agent is read in a hundredth of the rows that days are, and in as many when usage is sparse as when it is dense.
const byDay = () =>
  bigint({ mode: "number" }).array().notNull().default(sql`array_fill(0::bigint, array[31])`);

/** `usage_days` by the month. What is billed and compared, and what pages show by agent, model or tier. */
export const usageMonths = pgTable(
  "usage_months",
  {
    tenantId: typeId("ten").notNull(),
    /** Its first day. */
    month: date().notNull(),
    agentId: typeId("agt").notNull(),
    termsFrom: timestamp({ withTimezone: true }).notNull(),
    model: text().notNull(),
    provider: text().notNull(),
    modelTier: text().notNull(),
    tokensByDay: byDay(),
    costByDay: byDay(),
  },
  (t) => [
    primaryKey({
      name: "usage_months_pkey",
      columns: [t.tenantId, t.month, t.agentId, t.termsFrom, t.model, t.provider],
    }),
    index("usage_months_month_idx").on(t.month),
    check(
      "usage_months_days_check",
      sql`cardinality(${t.tokensByDay}) = 31 and cardinality(${t.costByDay}) = 31`,
    ),
  ],
);

/** By whom it was for; empty where nobody is named. */
export const usageUserMonths = pgTable(
  "usage_user_months",
  {
    tenantId: typeId("ten").notNull(),
    month: date().notNull(),
    userId: text().notNull(),
    tokensByDay: byDay(),
    costByDay: byDay(),
  },
  (t) => [
    primaryKey({ name: "usage_user_months_pkey", columns: [t.tenantId, t.month, t.userId] }),
    index("usage_user_months_month_idx").on(t.month),
    check(
      "usage_user_months_days_check",
      sql`cardinality(${t.tokensByDay}) = 31 and cardinality(${t.costByDay}) = 31`,
    ),
  ],
);

/** How often each tool was called. */
export const usageToolMonths = pgTable(
  "usage_tool_months",
  {
    tenantId: typeId("ten").notNull(),
    month: date().notNull(),
    agentId: typeId("agt").notNull(),
    tool: text().notNull(),
    callsByDay: byDay(),
  },
  (t) => [
    primaryKey({ name: "usage_tool_months_pkey", columns: [t.tenantId, t.month, t.agentId, t.tool] }),
    check("usage_tool_months_days_check", sql`cardinality(${t.callsByDay}) = 31`),
  ],
);

/** How much of its quota an agent has used in a month, and which thresholds were told of. */
export const agentPeriods = pgTable(
  "agent_periods",
  {
    tenantId: typeId("ten").notNull(),
    agentId: typeId("agt").notNull(),
    /** The month's first day (UTC). */
    period: date().notNull(),
    usedTokens: count(),
    /** Tokens weighed by tier, so that a change of tier neither frees nor loses quota (app/domain/billing/catalogue.ts). */
    usedUnits: count(),
    costMicros: count(),
    /** In percent of the quota: where all sends stop. An admin's resume sets the next one. */
    ceilingPercent: integer().notNull().default(150),
    /** The highest threshold that was told of. */
    reachedPercent: integer().notNull().default(0),
  },
  (t) => [
    primaryKey({ name: "agent_periods_pkey", columns: [t.tenantId, t.agentId, t.period] }),
    index("agent_periods_period_idx").on(t.tenantId, t.period),
  ],
);

/** When an agent that is limited last sent: it may once a second. Locked after mailboxes, by nothing but sends. */
export const sendAllowances = pgTable(
  "send_allowances",
  {
    tenantId: typeId("ten").notNull(),
    agentId: typeId("agt").notNull(),
    lastAt: timestamp({ withTimezone: true }).notNull(),
  },
  (t) => [primaryKey({ name: "send_allowances_pkey", columns: [t.tenantId, t.agentId] })],
);
