import type postgres from "postgres";
import type { AgentActor } from "#app/domain/auth/actor.ts";
import type { MessageView } from "#app/domain/messaging/schema.ts";
import { firstUuidOf, type MailboxId, mailboxKindOf, type TenantId, toTypeId, toUuid } from "#db/ids.ts";

/** A message of the past, with what has become of it. */
export interface PastMessage {
  from: AgentActor;
  to: AgentActor | { mailboxId: MailboxId };
  /** In milliseconds since 1970; no two of a tenant have the same. */
  atMs: number;
  payload?: Record<string, unknown>;
  type?: MessageView["type"];
  kind?: MessageView["kind"];
  priority?: MessageView["priority"];
  status?: MessageView["status"];
  handling?: MessageView["handling"];
  correlationId?: string;
}

/** Stores messages as sends and what followed would have left them, and gives their ids in the same order. */
export async function storePast(owner: postgres.Sql, tenantId: TenantId, messages: readonly PastMessage[]) {
  const rows = messages.map((message, index) => {
    const mailboxId = "mailboxId" in message.to ? message.to.mailboxId : message.to.id;
    return {
      id: firstUuidOf(message.atMs),
      sender: toUuid(message.from.id),
      recipient_kind: mailboxKindOf(mailboxId),
      recipient: toUuid(mailboxId),
      // Apart from those of messages that are sent.
      sequence: message.status === "blocked" ? null : 1_000_000 + index,
      type: message.type ?? "status_update",
      kind: message.kind ?? "event",
      priority: message.priority ?? "normal",
      payload: message.payload ?? { status: "working" },
      correlation_id: message.correlationId ?? `of ${message.atMs}`,
      at: new Date(message.atMs).toISOString(),
      status: message.status ?? "delivered",
      handling: message.handling ?? "unread",
    };
  });
  const tenant = toUuid(tenantId);
  await owner.begin(async (sql) => {
    await sql`
      create temporary table past on commit drop as
      select * from json_to_recordset(${JSON.stringify(rows)}::text::json) as row (
        id uuid, sender uuid, recipient_kind text, recipient uuid, sequence bigint, type text, kind text,
        priority text, payload jsonb, correlation_id text, at timestamptz, status text, handling text
      )`;
    await sql`
      insert into messages (
        tenant_id, id, sender_kind, sender_id, recipient_kind, recipient_id, sequence, type, kind, priority,
        payload, correlation_id, created_at
      )
      select ${tenant}, id, 'agent', sender, recipient_kind, recipient, sequence, type, kind, priority, payload,
        correlation_id, at
      from past`;
    await sql`
      insert into deliveries (
        tenant_id, message_id, recipient_id, sequence, status, handling, priority_rank, delivered_at
      )
      select ${tenant}, id, recipient, sequence, status, handling, 2, case when status = 'delivered' then at end
      from past`;
  });
  return rows.map(({ id }) => toTypeId("msg", id));
}
