import type { Sql } from "#db/database.ts";
import type { AnyAuditEvent } from "./audit-event.ts";
import { auditRow } from "./audit-row.ts";

/** Stores any number of events in one statement, on the transaction of the changes they record. */
export async function insertAuditEvents(sql: Sql, events: readonly AnyAuditEvent[]): Promise<void> {
  if (events.length === 0) return;
  // As text, then json: given a json parameter the driver would encode the string once more.
  await sql`
    insert into audit_events (
      tenant_id, id, actor_kind, actor_id, actor_name, action, resource_type, resource_id,
      resource_name, status, request_id, correlation_id, ip_hash, details, sealed_details,
      erasable_details, commitment, salt
    )
    select
      tenant_id, id, actor_kind, actor_id, actor_name, action, resource_type, resource_id,
      resource_name, status, request_id, correlation_id, decode(ip_hash, 'hex'),
      case
        when erasable_details is null then sealed_details::jsonb
        else sealed_details::jsonb || erasable_details::jsonb
      end,
      sealed_details, erasable_details, decode(commitment, 'hex'), decode(salt, 'hex')
    from json_to_recordset(${JSON.stringify(events.map((event) => auditRow(event)))}::text::json) as event (
      tenant_id uuid, id uuid, actor_kind text, actor_id text, actor_name text, action text,
      resource_type text, resource_id text, resource_name text, status text, request_id text,
      correlation_id text, ip_hash text, sealed_details text, erasable_details text, commitment text,
      salt text
    )
  `;
}
