import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  date,
  foreignKey,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { typeId } from "../columns.ts";
import { agents } from "./messaging.ts";
import { tenants } from "./tenants.ts";

/**
 * What a tenant's price depends on, with when it began to hold: any past statement can be made anew.
 * Written by the trigger `tenants_keep_terms`, so that no writer can forget it; never changed.
 */
export const planTerms = pgTable(
  "plan_terms",
  {
    tenantId: typeId("ten")
      .notNull()
      .references(() => tenants.id, { onDelete: "cascade" }),
    validFrom: timestamp({ withTimezone: true }).notNull().defaultNow(),
    plan: text().notNull(),
    /** Whether tokens over an agent's quota are let through and charged. */
    overage: boolean().notNull(),
  },
  (t) => [
    primaryKey({ name: "plan_terms_pkey", columns: [t.tenantId, t.validFrom] }),
    check("plan_terms_plan_check", sql`${t.plan} in ('starter', 'growth', 'enterprise')`),
  ],
);

/** The same of an agent, by the trigger `agents_keep_terms`. */
export const agentTerms = pgTable(
  "agent_terms",
  {
    tenantId: typeId("ten").notNull(),
    agentId: typeId("agt").notNull(),
    validFrom: timestamp({ withTimezone: true }).notNull().defaultNow(),
    modelTier: text().notNull(),
    thinkingMode: text().notNull(),
  },
  (t) => [
    primaryKey({ name: "agent_terms_pkey", columns: [t.tenantId, t.agentId, t.validFrom] }),
    foreignKey({
      name: "agent_terms_agent_fkey",
      columns: [t.tenantId, t.agentId],
      foreignColumns: [agents.tenantId, agents.id],
    }).onDelete("cascade"),
    check("agent_terms_model_tier_check", sql`${t.modelTier} in ('haiku', 'sonnet', 'opus')`),
    check("agent_terms_thinking_mode_check", sql`${t.thinkingMode} in ('off', 'low', 'medium', 'high')`),
  ],
);

/** A month's statement, frozen: it is never changed; what comes late is a line of a later one. */
export const invoices = pgTable(
  "invoices",
  {
    tenantId: typeId("ten")
      .notNull()
      .references(() => tenants.id),
    id: typeId("bil").notNull(),
    /** Of the whole service, 1, 2, 3 … without a gap. */
    sequence: bigint({ mode: "number" }).notNull(),
    number: text().notNull(),
    /** The first day of its month (UTC). */
    period: date().notNull(),
    plan: text().notNull(),
    totalMicros: bigint({ mode: "number" }).notNull(),
    /** Each with what it is for, quantity, price, amount in micro-dollars and the month it belongs to. */
    lines: jsonb().notNull(),
    /** The tenant's name by then. */
    billedTo: text().notNull(),
    issuedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: "invoices_pkey", columns: [t.tenantId, t.id] }),
    uniqueIndex("invoices_sequence_key").on(t.sequence),
    uniqueIndex("invoices_period_key").on(t.tenantId, t.period),
    index("invoices_period_idx").on(t.period),
  ],
);

/** One row: the number of the newest invoice, advanced in the transaction that issues the next. */
export const invoiceCounter = pgTable(
  "invoice_counter",
  {
    one: boolean().primaryKey().default(true),
    lastSequence: bigint({ mode: "number" }).notNull().default(0),
  },
  (t) => [check("invoice_counter_one_check", sql`${t.one}`)],
);
