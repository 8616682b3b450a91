import { sql } from "drizzle-orm";
import {
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { bytea, typeId } from "../columns.ts";
import { sessions, users } from "./auth.ts";
import { tenants } from "./tenants.ts";

/**
 * What an API client trades for its next access token; each works once. All of a session's are one
 * family: one that comes a second time ends the session.
 */
export const refreshTokens = pgTable(
  "refresh_tokens",
  {
    tenantId: typeId("ten").notNull(),
    id: typeId("rft").notNull(),
    sessionId: typeId("ses").notNull(),
    tokenHash: bytea().notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    expiresAt: timestamp({ withTimezone: true }).notNull(),
    usedAt: timestamp({ withTimezone: true }),
  },
  (t) => [
    primaryKey({ name: "refresh_tokens_pkey", columns: [t.tenantId, t.id] }),
    uniqueIndex("refresh_tokens_token_hash_key").on(t.tokenHash),
    index("refresh_tokens_session_idx").on(t.tenantId, t.sessionId),
    foreignKey({
      name: "refresh_tokens_session_fkey",
      columns: [t.tenantId, t.sessionId],
      foreignColumns: [sessions.tenantId, sessions.id],
    }).onDelete("cascade"),
  ],
);

/**
 * A link that was mailed and works once. The token in it is derived from the row's id and the server's
 * key, so that the mail can be made by a job without the token being stored anywhere.
 */
export const oneTimeTokens = pgTable(
  "one_time_tokens",
  {
    id: typeId("ott").primaryKey(),
    userId: typeId("usr")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    purpose: text().notNull(),
    /** The address that it was sent to; void once the person has another. */
    email: text().notNull(),
    tokenHash: bytea().notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    expiresAt: timestamp({ withTimezone: true }).notNull(),
    usedAt: timestamp({ withTimezone: true }),
  },
  (t) => [
    uniqueIndex("one_time_tokens_token_hash_key").on(t.tokenHash),
    index("one_time_tokens_user_idx").on(t.userId, t.purpose, t.createdAt),
    index("one_time_tokens_expires_idx").on(t.expiresAt),
    check("one_time_tokens_purpose_check", sql`${t.purpose} in ('verify_email', 'reset_password')`),
  ],
);

/** Somebody who is asked to join a tenant; open until accepted, revoked or expired. */
export const invitations = pgTable(
  "invitations",
  {
    tenantId: typeId("ten")
      .notNull()
      .references(() => tenants.id),
    id: typeId("inv").notNull(),
    email: text().notNull(),
    role: text().notNull(),
    tokenHash: bytea().notNull(),
    invitedBy: typeId("usr"),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    sentAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    expiresAt: timestamp({ withTimezone: true }).notNull(),
    acceptedAt: timestamp({ withTimezone: true }),
    acceptedBy: typeId("usr"),
    revokedAt: timestamp({ withTimezone: true }),
  },
  (t) => [
    primaryKey({ name: "invitations_pkey", columns: [t.tenantId, t.id] }),
    uniqueIndex("invitations_token_hash_key").on(t.tokenHash),
    uniqueIndex("invitations_open_key")
      .on(t.tenantId, t.email)
      .where(sql`${t.acceptedAt} is null and ${t.revokedAt} is null`),
    check("invitations_email_check", sql`${t.email} = lower(${t.email}) and length(${t.email}) <= 254`),
    check("invitations_role_check", sql`${t.role} in ('tenant_admin', 'developer', 'member')`),
  ],
);

/** Browsers, networks and, where addresses can be placed, regions that a person has signed in from; only keyed digests of them. */
export const signInPlaces = pgTable(
  "sign_in_places",
  {
    userId: typeId("usr")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    kind: text().notNull(),
    hash: bytea().notNull(),
    firstSeenAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    lastSeenAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: "sign_in_places_pkey", columns: [t.userId, t.kind, t.hash] }),
    check("sign_in_places_kind_check", sql`${t.kind} in ('device', 'network', 'location')`),
  ],
);

/** Failed sign-ins in a row, by account and by address (keyed digests of both), and until when to wait. */
export const signInFailures = pgTable(
  "sign_in_failures",
  {
    kind: text().notNull(),
    hash: bytea().notNull(),
    failures: integer().notNull(),
    lastFailedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    blockedUntil: timestamp({ withTimezone: true }),
  },
  (t) => [
    primaryKey({ name: "sign_in_failures_pkey", columns: [t.kind, t.hash] }),
    index("sign_in_failures_last_idx").on(t.lastFailedAt),
    check("sign_in_failures_kind_check", sql`${t.kind} in ('account', 'address')`),
  ],
);
