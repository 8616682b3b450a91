import { sql } from "drizzle-orm";
import { bigint, check, foreignKey, index, pgTable, primaryKey, timestamp, uuid } from "drizzle-orm/pg-core";
import { typeId } from "../columns.ts";
import { memberships } from "./auth.ts";
import { mailboxes } from "./messaging.ts";

/** How far a person has seen a mailbox. The person's own note: nothing about the messages depends on it. */
export const seenMarks = pgTable(
  "seen_marks",
  {
    tenantId: typeId("ten").notNull(),
    membershipId: typeId("mem").notNull(),
    mailboxId: uuid().notNull(),
    seenThrough: bigint({ mode: "number" }).notNull(),
    seenAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: "seen_marks_pkey", columns: [t.tenantId, t.membershipId, t.mailboxId] }),
    index("seen_marks_mailbox_idx").on(t.tenantId, t.mailboxId),
    foreignKey({
      name: "seen_marks_membership_fkey",
      columns: [t.tenantId, t.membershipId],
      foreignColumns: [memberships.tenantId, memberships.id],
    }).onDelete("cascade"),
    foreignKey({
      name: "seen_marks_mailbox_fkey",
      columns: [t.tenantId, t.mailboxId],
      foreignColumns: [mailboxes.tenantId, mailboxes.id],
    }).onDelete("cascade"),
    check("seen_marks_through_check", sql`${t.seenThrough} >= 0`),
  ],
);
