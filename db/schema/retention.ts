import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  index,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { typeId } from "../columns.ts";
import { tenants } from "./tenants.ts";

/** A message or a conversation that retention and erasure leave alone until the hold is released. */
export const holds = pgTable(
  "holds",
  {
    tenantId: typeId("ten")
      .notNull()
      .references(() => tenants.id),
    id: typeId("hld").notNull(),
    messageId: typeId("msg"),
    correlationId: text(),
    reason: text().notNull(),
    placedBy: typeId("usr"),
    placedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    releasedBy: typeId("usr"),
    releasedAt: timestamp({ withTimezone: true }),
  },
  (t) => [
    primaryKey({ name: "holds_pkey", columns: [t.tenantId, t.id] }),
    uniqueIndex("holds_message_key")
      .on(t.tenantId, t.messageId)
      .where(sql`${t.releasedAt} is null and ${t.messageId} is not null`),
    uniqueIndex("holds_conversation_key")
      .on(t.tenantId, t.correlationId)
      .where(sql`${t.releasedAt} is null and ${t.correlationId} is not null`),
    check("holds_subject_check", sql`(${t.messageId} is null) <> (${t.correlationId} is null)`),
    check("holds_reason_check", sql`length(${t.reason}) between 1 and 500`),
  ],
);

/** A request to empty the contents of what one agent or person wrote, and how far it is. */
export const erasures = pgTable(
  "erasures",
  {
    tenantId: typeId("ten")
      .notNull()
      .references(() => tenants.id),
    id: typeId("ers").notNull(),
    subjectKind: text().notNull(),
    subjectId: uuid().notNull(),
    /** The person behind a membership, whom events name as well; kept here, since memberships end. */
    userId: typeId("usr"),
    /** Also what was written to them. */
    includeReceived: boolean().notNull().default(false),
    reason: text().notNull(),
    state: text().notNull().default("waiting"),
    /** The last message that was looked at. */
    cursor: typeId("msg"),
    erased: bigint({ mode: "number" }).notNull().default(0),
    /** On hold, and so left as they are. */
    heldBack: bigint({ mode: "number" }).notNull().default(0),
    requestedBy: typeId("usr"),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    finishedAt: timestamp({ withTimezone: true }),
  },
  (t) => [
    primaryKey({ name: "erasures_pkey", columns: [t.tenantId, t.id] }),
    index("erasures_waiting_idx").on(t.tenantId, t.id).where(sql`${t.state} <> 'done'`),
    check("erasures_subject_kind_check", sql`${t.subjectKind} in ('agent', 'member')`),
    check("erasures_user_check", sql`${t.userId} is null or ${t.subjectKind} = 'member'`),
    check("erasures_state_check", sql`${t.state} in ('waiting', 'running', 'done')`),
    check("erasures_reason_check", sql`length(${t.reason}) between 1 and 500`),
  ],
);
