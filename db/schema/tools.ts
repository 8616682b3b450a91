import { sql } from "drizzle-orm";
import { check, foreignKey, pgTable, primaryKey, text, timestamp } from "drizzle-orm/pg-core";
import { typeId } from "../columns.ts";
import { agents } from "./messaging.ts";

/**
 * Which tools an agent may call, by patterns of their names (`fs.*`). What is denied is denied; with
 * nothing allowed by name, everything else is allowed.
 */
export const toolPolicies = pgTable(
  "tool_policies",
  {
    tenantId: typeId("ten").notNull(),
    agentId: typeId("agt").notNull(),
    allow: text().array().notNull().default([]),
    deny: text().array().notNull().default([]),
    updatedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: "tool_policies_pkey", columns: [t.tenantId, t.agentId] }),
    foreignKey({
      name: "tool_policies_agent_fkey",
      columns: [t.tenantId, t.agentId],
      foreignColumns: [agents.tenantId, agents.id],
    }).onDelete("cascade"),
    check("tool_policies_size_check", sql`cardinality(${t.allow}) <= 200 and cardinality(${t.deny}) <= 200`),
  ],
);
