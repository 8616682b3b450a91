import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  date,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
} from "drizzle-orm/pg-core";
import { typeId } from "../columns.ts";
import { agents } from "./messaging.ts";
import { tenants } from "./tenants.ts";

/** What an agent, or all of a tenant's together, may cost in a month. */
export const budgets = pgTable(
  "budgets",
  {
    tenantId: typeId("ten")
      .notNull()
      .references(() => tenants.id),
    id: typeId("bgt").notNull(),
    /** Null: the whole tenant's. */
    agentId: typeId("agt"),
    amountMicros: bigint({ mode: "number" }).notNull(),
    createdBy: typeId("usr"),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    updatedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: "budgets_pkey", columns: [t.tenantId, t.id] }),
    unique("budgets_one_each_key").on(t.tenantId, t.agentId).nullsNotDistinct(),
    foreignKey({
      name: "budgets_agent_fkey",
      columns: [t.tenantId, t.agentId],
      foreignColumns: [agents.tenantId, agents.id],
    }),
    check("budgets_amount_check", sql`${t.amountMicros} > 0`),
  ],
);

/** How much of a budget a month has used, and which of its steps were told of. */
export const budgetPeriods = pgTable(
  "budget_periods",
  {
    tenantId: typeId("ten").notNull(),
    budgetId: typeId("bgt").notNull(),
    period: date().notNull(),
    spentMicros: bigint({ mode: "number" }).notNull().default(0),
    /** Of the reservations that are open. */
    reservedMicros: bigint({ mode: "number" }).notNull().default(0),
    /** In percent of the budget: where all sends stop. An admin's resume sets the next one. */
    ceilingPercent: integer().notNull().default(150),
    /** The highest step that was told of. */
    reachedPercent: integer().notNull().default(0),
  },
  (t) => [
    primaryKey({ name: "budget_periods_pkey", columns: [t.tenantId, t.budgetId, t.period] }),
    foreignKey({
      name: "budget_periods_budget_fkey",
      columns: [t.tenantId, t.budgetId],
      foreignColumns: [budgets.tenantId, budgets.id],
    }).onDelete("cascade"),
    check("budget_periods_reserved_check", sql`${t.reservedMicros} >= 0`),
  ],
);

/** Money set aside for a run before it spends any, until it is settled, released or its time is over. */
export const reservations = pgTable(
  "reservations",
  {
    tenantId: typeId("ten").notNull(),
    id: typeId("rsv").notNull(),
    agentId: typeId("agt").notNull(),
    /** Of the budgets that it was taken from. */
    period: date().notNull(),
    amountMicros: bigint({ mode: "number" }).notNull(),
    runId: text(),
    status: text().notNull().default("open"),
    /** What the run has cost, once it is settled. */
    settledMicros: bigint({ mode: "number" }),
    expiresAt: timestamp({ withTimezone: true }).notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    endedAt: timestamp({ withTimezone: true }),
  },
  (t) => [
    primaryKey({ name: "reservations_pkey", columns: [t.tenantId, t.id] }),
    foreignKey({
      name: "reservations_agent_fkey",
      columns: [t.tenantId, t.agentId],
      foreignColumns: [agents.tenantId, agents.id],
    }),
    index("reservations_open_idx").on(t.expiresAt).where(sql`${t.status} = 'open'`),
    index("reservations_agent_idx").on(t.tenantId, t.agentId, t.id),
    check("reservations_status_check", sql`${t.status} in ('open', 'settled', 'released', 'expired')`),
    check("reservations_amount_check", sql`${t.amountMicros} > 0`),
  ],
);
