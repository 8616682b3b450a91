import type postgres from "postgres";
import { newUuid, type TenantId, toTypeId, toUuid } from "#db/ids.ts";

/** An event of the past, as it would have been stored. */
export interface PastEvent {
  /** ISO 8601, to the microsecond. */
  at: string;
  action?: string;
  actor?: { kind: string; id: string | null; name: string | null };
  resource?: { type: string; id: string | null; name?: string | null };
  status?: string;
  requestId?: string | null;
  correlationId?: string | null;
  details?: postgres.JSONValue;
}

/** Stores events as they would have been recorded at their time; gives their ids in the same order. */
export async function storePastEvents(
  owner: postgres.Sql,
  tenantId: TenantId,
  events: readonly PastEvent[],
): Promise<string[]> {
  const months = new Set(events.map(({ at }) => `${at.slice(0, 7)}-01`));
  for (const month of months) await owner`select ensure_audit_partition(${month}::text::date)`;
  const rows = events.map((event) => ({
    id: newUuid(),
    at: event.at,
    action: event.action ?? "agent.resumed",
    actor_kind: event.actor?.kind ?? "user",
    actor_id: event.actor ? event.actor.id : "usr_past",
    actor_name: event.actor ? event.actor.name : "Past Person",
    resource_type: event.resource?.type ?? "agent",
    resource_id: event.resource ? event.resource.id : "agt_past",
    resource_name: event.resource?.name ?? null,
    status: event.status ?? "success",
    request_id: event.requestId ?? null,
    correlation_id: event.correlationId ?? null,
    details: event.details ?? {},
  }));
  await owner`
    insert into audit_events (tenant_id, id, occurred_at, actor_kind, actor_id, actor_name, action, resource_type,
      resource_id, resource_name, status, request_id, correlation_id, details)
    select ${toUuid(tenantId)}, id, at, actor_kind, actor_id, actor_name, action, resource_type, resource_id,
      resource_name, status, request_id, correlation_id, details
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as event (
      id uuid, at timestamptz, actor_kind text, actor_id text, actor_name text, action text, resource_type text,
      resource_id text, resource_name text, status text, request_id text, correlation_id text, details jsonb
    )`;
  return rows.map(({ id }) => toTypeId("evt", id));
}

/** A time so many microseconds after another. */
export function microsecondsAfter(at: string, micros: number): string {
  const total = BigInt(Date.parse(at)) * 1_000n + BigInt(micros);
  const ms = new Date(Number(total / 1_000n)).toISOString().slice(0, 23);
  return `${ms}${String(total % 1_000n).padStart(3, "0")}Z`;
}
