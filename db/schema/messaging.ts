import { sql } from "drizzle-orm";
import {
  bigint,
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
import { tenants } from "./tenants.ts";

const createdAt = () => timestamp({ withTimezone: true }).notNull().defaultNow();

/** A program that acts for a tenant. */
export const agents = pgTable(
  "agents",
  {
    tenantId: typeId("ten")
      .notNull()
      .references(() => tenants.id),
    id: typeId("agt").notNull(),
    name: text().notNull(),
    description: text(),
    modelTier: text().notNull(),
    thinkingMode: text().notNull().default("off"),
    status: text().notNull().default("active"),
    pausedAt: timestamp({ withTimezone: true }),
    pausedReason: text(),
    tokenQuota: bigint({ mode: "number" }).notNull(),
    /**
     * What its quota or a budget makes of its sends, until the period ends; derived by the metering
     * (app/domain/usage) from facts kept elsewhere, and here so that a send finds it in the row it reads.
     */
    quotaHold: text(),
    quotaHoldUntil: timestamp({ withTimezone: true }),
    createdAt: createdAt(),
    updatedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: "agents_pkey", columns: [t.tenantId, t.id] }),
    index("agents_name_idx").on(t.tenantId, t.name, t.id),
    check("agents_model_tier_check", sql`${t.modelTier} in ('haiku', 'sonnet', 'opus')`),
    check("agents_thinking_mode_check", sql`${t.thinkingMode} in ('off', 'low', 'medium', 'high')`),
    check("agents_status_check", sql`${t.status} in ('active', 'paused')`),
    check("agents_token_quota_check", sql`${t.tokenQuota} >= 0`),
    check("agents_quota_hold_check", sql`${t.quotaHold} in ('limited', 'paused')`),
  ],
);

/**
 * What can be addressed. `lastSequence` is advanced inside the transaction that adds messages, so
 * sequences have no gaps and follow commit order; `purgedThrough` marks the prefix that retention
 * has taken. Together they give an inbox's total without a scan.
 */
export const mailboxes = pgTable(
  "mailboxes",
  {
    tenantId: typeId("ten")
      .notNull()
      .references(() => tenants.id),
    id: uuid().notNull(),
    kind: text().notNull(),
    mode: text().notNull().default("read"),
    lastSequence: bigint({ mode: "number" }).notNull().default(0),
    purgedThrough: bigint({ mode: "number" }).notNull().default(0),
    /** How far its agent says that it has read: what a `read` mailbox has instead of acks. */
    readThrough: bigint({ mode: "number" }).notNull().default(0),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ name: "mailboxes_pkey", columns: [t.tenantId, t.id] }),
    uniqueIndex("mailboxes_one_desk_key").on(t.tenantId).where(sql`${t.kind} = 'desk'`),
    check("mailboxes_kind_check", sql`${t.kind} in ('agent', 'member', 'desk')`),
    check("mailboxes_mode_check", sql`${t.mode} in ('read', 'claim', 'push')`),
    check("mailboxes_sequence_check", sql`${t.purgedThrough} between 0 and ${t.lastSequence}`),
  ],
);

/** Who may send to whom, agent to agent. Without the row the send is blocked. */
export const allowlistEdges = pgTable(
  "allowlist_edges",
  {
    tenantId: typeId("ten").notNull(),
    senderId: typeId("agt").notNull(),
    recipientId: typeId("agt").notNull(),
    createdBy: typeId("usr"),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ name: "allowlist_edges_pkey", columns: [t.tenantId, t.senderId, t.recipientId] }),
    index("allowlist_edges_recipient_idx").on(t.tenantId, t.recipientId, t.senderId),
    foreignKey({
      name: "allowlist_edges_sender_fkey",
      columns: [t.tenantId, t.senderId],
      foreignColumns: [agents.tenantId, agents.id],
    }),
    foreignKey({
      name: "allowlist_edges_recipient_fkey",
      columns: [t.tenantId, t.recipientId],
      foreignColumns: [agents.tenantId, agents.id],
    }),
  ],
);

/**
 * The immutable envelope. A blocked message has no sequence. There is no foreign key from the
 * sender's side: it would lock the sender's mailbox row on every send (docs/decisions).
 */
export const messages = pgTable(
  "messages",
  {
    tenantId: typeId("ten").notNull(),
    id: typeId("msg").notNull(),
    senderKind: text().notNull(),
    senderId: uuid().notNull(),
    recipientKind: text().notNull(),
    recipientId: uuid().notNull(),
    sequence: bigint({ mode: "number" }),
    type: text().notNull(),
    kind: text().notNull(),
    priority: text().notNull(),
    payload: jsonb().notNull(),
    correlationId: text().notNull(),
    replyTo: typeId("msg"),
    expiresAt: timestamp({ withTimezone: true }),
    createdAt: createdAt(),
    /** When its payload was emptied on request. */
    erasedAt: timestamp({ withTimezone: true }),
  },
  (t) => [
    primaryKey({ name: "messages_pkey", columns: [t.tenantId, t.id] }),
    uniqueIndex("messages_inbox_key")
      .on(t.tenantId, t.recipientId, t.sequence)
      .where(sql`${t.sequence} is not null`),
    // An inbox by type and by sender.
    index("messages_inbox_type_idx")
      .on(t.tenantId, t.recipientId, t.type, t.sequence)
      .where(sql`${t.sequence} is not null`),
    index("messages_inbox_sender_idx")
      .on(t.tenantId, t.recipientId, t.senderId, t.sequence)
      .where(sql`${t.sequence} is not null`),
    index("messages_sender_idx").on(t.tenantId, t.senderId, t.id),
    index("messages_conversation_idx").on(t.tenantId, t.correlationId, t.id),
    // Whether a person is in a conversation (they enter it by writing first); few messages are theirs.
    index("messages_member_conversation_idx")
      .on(t.tenantId, t.correlationId, t.senderId)
      .where(sql`${t.senderKind} = 'member'`),
    // The trail: the tenant's messages by type, by recipient, and those of a special priority.
    index("messages_type_idx").on(t.tenantId, t.type, t.id),
    index("messages_recipient_idx").on(t.tenantId, t.recipientId, t.id),
    index("messages_priority_idx")
      .on(t.tenantId, t.priority, t.id)
      .where(sql`${t.priority} in ('urgent', 'high', 'low')`),
    foreignKey({
      name: "messages_recipient_fkey",
      columns: [t.tenantId, t.recipientId],
      foreignColumns: [mailboxes.tenantId, mailboxes.id],
    }),
    check("messages_sender_kind_check", sql`${t.senderKind} in ('agent', 'member', 'desk')`),
    check("messages_recipient_kind_check", sql`${t.recipientKind} in ('agent', 'member', 'desk')`),
    check(
      "messages_type_check",
      sql`${t.type} in ('task_handoff', 'status_update', 'data_request', 'data_response', 'escalation')`,
    ),
    check("messages_kind_check", sql`${t.kind} in ('command', 'event', 'query', 'response', 'notification')`),
    check("messages_priority_check", sql`${t.priority} in ('urgent', 'high', 'normal', 'low')`),
    check("messages_correlation_check", sql`length(${t.correlationId}) between 1 and 200`),
  ],
);

/** What became of a message: two facts, delivery (`status`) and handling. Narrow, because it changes often. */
export const deliveries = pgTable(
  "deliveries",
  {
    tenantId: typeId("ten").notNull(),
    messageId: typeId("msg").notNull(),
    recipientId: uuid().notNull(),
    sequence: bigint({ mode: "number" }),
    status: text().notNull(),
    handling: text().notNull().default("unread"),
    priorityRank: integer().notNull(),
    reason: text(),
    attempts: integer().notNull().default(0),
    leases: integer().notNull().default(0),
    leaseId: uuid(),
    /** When it may next be handed out: a lease's end, a nack's delay, a push's backoff. */
    availableAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    expiresAt: timestamp({ withTimezone: true }),
    deliveredAt: timestamp({ withTimezone: true }),
    handledAt: timestamp({ withTimezone: true }),
  },
  (t) => [
    primaryKey({ name: "deliveries_pkey", columns: [t.tenantId, t.messageId] }),
    // An inbox by status.
    index("deliveries_inbox_status_idx")
      .on(t.tenantId, t.recipientId, t.status, t.sequence)
      .where(sql`${t.sequence} is not null`),
    // What went wrong, by when it was sent: nothing is added to it for what goes well.
    index("deliveries_problem_idx")
      .on(t.tenantId, t.status, t.messageId)
      .where(sql`${t.status} in ('failed', 'expired', 'blocked')`),
    // What is still to be handled, in the order claims and pushes take it.
    index("deliveries_open_idx")
      .on(t.tenantId, t.recipientId, t.priorityRank, t.sequence)
      .where(sql`${t.handling} in ('unread', 'leased') and ${t.status} in ('pending', 'sent', 'delivered')`),
    // What is still to be pushed, in order; small, since a push takes its message out of it.
    index("deliveries_push_idx")
      .on(t.tenantId, t.recipientId, t.priorityRank, t.sequence)
      .where(sql`${t.status} in ('pending', 'sent')`),
    // Leases that are running, and dead letters: few of either.
    index("deliveries_leased_idx").on(t.tenantId, t.messageId).where(sql`${t.handling} = 'leased'`),
    index("deliveries_dead_idx").on(t.tenantId, t.messageId).where(sql`${t.handling} = 'dead'`),
    index("deliveries_expiry_idx")
      .on(t.expiresAt)
      .where(
        sql`${t.expiresAt} is not null and ${t.handling} in ('unread', 'leased') and ${t.status} in ('pending', 'sent', 'delivered')`,
      ),
    foreignKey({
      name: "deliveries_message_fkey",
      columns: [t.tenantId, t.messageId],
      foreignColumns: [messages.tenantId, messages.id],
    }).onDelete("cascade"),
    check(
      "deliveries_status_check",
      sql`${t.status} in ('pending', 'sent', 'delivered', 'failed', 'expired', 'blocked')`,
    ),
    check("deliveries_handling_check", sql`${t.handling} in ('unread', 'leased', 'acked', 'dead')`),
    check("deliveries_priority_rank_check", sql`${t.priorityRank} between 0 and 3`),
  ],
);

/** The first result of a send that carried an `Idempotency-Key`, kept for 24 hours. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    tenantId: typeId("ten")
      .notNull()
      .references(() => tenants.id),
    senderId: uuid().notNull(),
    key: text().notNull(),
    requestHash: bytea().notNull(),
    messageId: typeId("msg").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ name: "idempotency_keys_pkey", columns: [t.tenantId, t.senderId, t.key] }),
    index("idempotency_keys_created_idx").on(t.createdAt),
    check("idempotency_keys_key_check", sql`length(${t.key}) between 1 and 200`),
  ],
);
