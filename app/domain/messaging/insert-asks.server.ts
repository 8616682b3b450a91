import type { Sql } from "#db/database.ts";
import type { StoredSend } from "./write-messages.server.ts";

/** Keeps which of the stored messages are questions that somebody waits for, and until when. */
export async function insertAsks(sql: Sql, stored: readonly StoredSend[]): Promise<void> {
  const rows = stored.flatMap(({ send, recipient, correlationId, sequence }) =>
    send.ask === null || sequence === null
      ? []
      : [
          {
            tenant_id: send.tenantUuid,
            message_id: send.messageUuid,
            agent_id: recipient.uuid,
            user_id: send.ask.userUuid,
            membership_id: send.sender.uuid,
            correlation_id: correlationId,
            request_id: send.request.requestId,
            timeout_seconds: send.ask.timeoutSeconds,
          },
        ],
  );
  // Nearly always nothing: the usual send pays no statement for it.
  if (rows.length === 0) return;
  await sql`
    insert into asks (
      tenant_id, message_id, agent_id, user_id, membership_id, correlation_id, request_id, asked_at, deadline_at
    )
    select
      tenant_id, message_id, agent_id, user_id, membership_id, correlation_id, request_id, statement_timestamp(),
      statement_timestamp() + make_interval(secs => timeout_seconds)
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as ask (
      tenant_id uuid, message_id uuid, agent_id uuid, user_id uuid, membership_id uuid, correlation_id text,
      request_id text, timeout_seconds int
    )
  `;
}
