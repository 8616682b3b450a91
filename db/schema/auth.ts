import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  foreignKey,
  index,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { bytea, typeId } from "../columns.ts";
import { agents } from "./messaging.ts";
import { tenants } from "./tenants.ts";

/** A person. Belongs to tenants through memberships, so it is the one table of people without a tenant. */
export const users = pgTable(
  "users",
  {
    id: typeId("usr").primaryKey(),
    email: text().notNull(),
    name: text().notNull(),
    passwordHash: text(),
    platformAdmin: boolean().notNull().default(false),
    /** When the person followed the link that was mailed to `email`; null: not yet. */
    emailVerifiedAt: timestamp({ withTimezone: true }),
    passwordChangedAt: timestamp({ withTimezone: true }),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    disabledAt: timestamp({ withTimezone: true }),
  },
  (t) => [
    uniqueIndex("users_email_key").on(t.email),
    check("users_email_check", sql`${t.email} = lower(${t.email}) and length(${t.email}) <= 254`),
  ],
);

/** A person's role in one tenant. Its id is also the id of the person's mailbox there. */
export const memberships = pgTable(
  "memberships",
  {
    tenantId: typeId("ten")
      .notNull()
      .references(() => tenants.id),
    id: typeId("mem").notNull(),
    userId: typeId("usr")
      .notNull()
      .references(() => users.id),
    role: text().notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: "memberships_pkey", columns: [t.tenantId, t.id] }),
    unique("memberships_tenant_user_key").on(t.tenantId, t.userId),
    index("memberships_user_idx").on(t.userId),
    check("memberships_role_check", sql`${t.role} in ('tenant_admin', 'developer', 'member')`),
  ],
);

/**
 * A sign-in that lasts. A `browser` has it by its cookie's token, of which only a digest is kept; an `api`
 * client by access tokens that name it and refresh tokens that belong to it (`refresh_tokens`).
 */
export const sessions = pgTable(
  "sessions",
  {
    tenantId: typeId("ten").notNull(),
    id: typeId("ses").notNull(),
    userId: typeId("usr").notNull(),
    kind: text().notNull().default("browser"),
    tokenHash: bytea(),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    lastUsedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    expiresAt: timestamp({ withTimezone: true }).notNull(),
    revokedAt: timestamp({ withTimezone: true }),
    userAgent: text(),
    ipHash: bytea(),
  },
  (t) => [
    primaryKey({ name: "sessions_pkey", columns: [t.tenantId, t.id] }),
    uniqueIndex("sessions_token_hash_key").on(t.tokenHash),
    index("sessions_user_idx").on(t.tenantId, t.userId, t.lastUsedAt),
    index("sessions_expires_idx").on(t.expiresAt),
    foreignKey({
      name: "sessions_membership_fkey",
      columns: [t.tenantId, t.userId],
      foreignColumns: [memberships.tenantId, memberships.userId],
    }).onDelete("cascade"),
    check("sessions_kind_check", sql`${t.kind} in ('browser', 'api')`),
    check("sessions_token_hash_check", sql`(${t.kind} = 'browser') = (${t.tokenHash} is not null)`),
  ],
);

/** A program's credential. Bound to an agent, or to the tenant itself when `agentId` is null. */
export const apiKeys = pgTable(
  "api_keys",
  {
    tenantId: typeId("ten")
      .notNull()
      .references(() => tenants.id),
    id: typeId("key").notNull(),
    agentId: typeId("agt"),
    name: text().notNull(),
    prefix: text().notNull(),
    keyHash: bytea().notNull(),
    scopes: text().array().notNull(),
    createdBy: typeId("usr"),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    lastUsedAt: timestamp({ withTimezone: true }),
    expiresAt: timestamp({ withTimezone: true }),
    revokedAt: timestamp({ withTimezone: true }),
  },
  (t) => [
    primaryKey({ name: "api_keys_pkey", columns: [t.tenantId, t.id] }),
    uniqueIndex("api_keys_key_hash_key").on(t.keyHash),
    index("api_keys_agent_idx").on(t.tenantId, t.agentId, t.createdAt),
    foreignKey({
      name: "api_keys_agent_fkey",
      columns: [t.tenantId, t.agentId],
      foreignColumns: [agents.tenantId, agents.id],
    }),
  ],
);
