import { sql } from "drizzle-orm";
import { boolean, check, integer, pgTable, text, timestamp, uniqueIndex } from "drizzle-orm/pg-core";
import { typeId } from "../columns.ts";

/** A customer. The reserved system tenant (`isSystem`) owns what belongs to none. */
export const tenants = pgTable(
  "tenants",
  {
    id: typeId("ten").primaryKey(),
    name: text().notNull(),
    slug: text().notNull(),
    status: text().notNull().default("active"),
    suspendedAt: timestamp({ withTimezone: true }),
    suspendedReason: text(),
    plan: text().notNull().default("starter"),
    /** Whether tokens over an agent's quota are let through and charged; no part of the starter plan. */
    overage: boolean().notNull().default(false),
    isSystem: boolean().notNull().default(false),
    /** How long messages are kept; null: for ever. */
    retentionDays: integer().default(90),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex("tenants_slug_key").on(t.slug),
    uniqueIndex("tenants_one_system_key").on(t.isSystem).where(sql`${t.isSystem}`),
    check("tenants_status_check", sql`${t.status} in ('active', 'suspended')`),
    check("tenants_plan_check", sql`${t.plan} in ('starter', 'growth', 'enterprise')`),
    check("tenants_overage_check", sql`not (${t.overage} and ${t.plan} = 'starter')`),
    check("tenants_retention_days_check", sql`${t.retentionDays} in (30, 90, 365)`),
  ],
);
