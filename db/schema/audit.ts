import { sql } from "drizzle-orm";
import { check, index, jsonb, pgTable, primaryKey, smallint, text, timestamp } from "drizzle-orm/pg-core";
import { bytea, typeId, xid8 } from "../columns.ts";
import { tenants } from "./tenants.ts";

/**
 * Who did what to which resource, with what outcome. Append-only: no runtime role may change or
 * remove a row. Partitioned by month of `occurredAt`; partitions are made by `ensure_audit_partition`.
 * `(generation, xid, id)` is what readers resume by: ids and timestamps do not follow commit order, and
 * transaction ids start again in another cluster, after a dump and restore.
 * What each index answers: `app/domain/audit/audit-streams.server.ts`.
 */
export const auditEvents = pgTable(
  "audit_events",
  {
    tenantId: typeId("ten").notNull(),
    id: typeId("evt").notNull(),
    occurredAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    /** Of the cluster that `xid` counts in; its default is moved on when a server finds itself in another one. */
    generation: smallint().notNull().default(1),
    xid: xid8().notNull().default(sql`pg_current_xact_id()`),
    actorKind: text().notNull(),
    actorId: text(),
    actorName: text(),
    action: text().notNull(),
    resourceType: text().notNull(),
    resourceId: text(),
    resourceName: text(),
    status: text().notNull(),
    requestId: text(),
    correlationId: text(),
    ipHash: bytea(),
    /** For reading and searching; what is sealed is the text that it was made from. */
    details: jsonb().notNull().default({}),
    /** The details that last, as the very text that is hashed. */
    sealedDetails: text().notNull().default("{}"),
    /** Those that somebody may ask to have erased; null where there are none, or none any more. */
    erasableDetails: text(),
    /** Digest of salt, names, address and `erasableDetails`; without the salt it tells nothing of them. */
    commitment: bytea(),
    salt: bytea(),
  },
  (t) => [
    primaryKey({ name: "audit_events_pkey", columns: [t.tenantId, t.occurredAt, t.id] }),
    index("audit_events_tail_idx").on(t.generation, t.xid, t.id),
    index("audit_events_tenant_tail_idx").on(t.tenantId, t.generation, t.xid, t.id),
    index("audit_events_time_idx").on(t.occurredAt, t.id),
    index("audit_events_action_idx").on(t.tenantId, t.action, t.occurredAt, t.id),
    index("audit_events_actor_idx").on(t.tenantId, t.actorId, t.occurredAt, t.id),
    index("audit_events_resource_idx").on(t.tenantId, t.resourceId, t.occurredAt, t.id),
    index("audit_events_correlation_idx")
      .on(t.tenantId, t.correlationId, t.occurredAt, t.id)
      .where(sql`${t.correlationId} is not null`),
    index("audit_events_request_idx")
      .on(t.tenantId, t.requestId, t.occurredAt, t.id)
      .where(sql`${t.requestId} is not null`),
    // What is rare and looked for; what is frequent is found on the way through time. Sends add to neither.
    index("audit_events_trouble_idx")
      .on(t.tenantId, t.status, t.occurredAt, t.id)
      .where(sql`${t.status} <> 'success'`),
    index("audit_events_kind_idx")
      .on(t.tenantId, t.actorKind, t.occurredAt, t.id)
      .where(sql`${t.actorKind} <> 'agent'`),
    check("audit_events_actor_kind_check", sql`${t.actorKind} in ('user', 'agent', 'service', 'system')`),
    check("audit_events_status_check", sql`${t.status} in ('success', 'failure', 'denied')`),
  ],
);

/**
 * What was answered to a call that recorded external actions, by the key that its caller gave it: the
 * same call again within a day gets the same answer and records nothing.
 */
export const activityKeys = pgTable(
  "activity_keys",
  {
    tenantId: typeId("ten")
      .notNull()
      .references(() => tenants.id),
    actorId: text().notNull(),
    key: text().notNull(),
    requestHash: bytea().notNull(),
    answer: jsonb().notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: "activity_keys_pkey", columns: [t.tenantId, t.actorId, t.key] }),
    index("activity_keys_created_idx").on(t.createdAt),
    check("activity_keys_key_check", sql`length(${t.key}) between 1 and 200`),
  ],
);
