import { toTypeId } from "#db/ids.ts";
import { commitmentDigest } from "../audit/commitment.ts";
import { leafHash } from "./merkle.ts";

/** What of an event is hashed, in the form in which the API shows it. */
export interface SealedEvent {
  tenantId: string;
  id: string;
  /** UTC, in microseconds: `2026-05-01T12:00:00.000000Z`. */
  occurredAt: string;
  generation: number;
  /** The transaction's id; decimal. */
  xid: string;
  actorKind: string;
  actorId: string | null;
  action: string;
  resourceType: string;
  resourceId: string | null;
  status: string;
  requestId: string | null;
  correlationId: string | null;
  /** The lasting details: JSON text as it was stored. */
  details: string;
  /** Hex: stands for the erasable parts; null where there never were any. */
  commitment: string | null;
}

/** An event with what of it can be erased. */
export interface StoredEvent extends SealedEvent {
  /** Hex; null once erased. */
  salt: string | null;
  actorName: string | null;
  resourceName: string | null;
  ipHash: string | null;
  erasableDetails: string | null;
}

/** In front of everything that is hashed or signed, so that nothing can stand in for something else. */
const format = "signalbox.event.1";

/** The text whose hash is the event's leaf: a JSON array without spaces (RFC 8785). */
export const eventText = (event: SealedEvent): string =>
  JSON.stringify([
    format,
    event.tenantId,
    event.id,
    event.occurredAt,
    event.generation,
    event.xid,
    event.actorKind,
    event.actorId,
    event.action,
    event.resourceType,
    event.resourceId,
    event.status,
    event.requestId,
    event.correlationId,
    event.details,
    event.commitment,
  ]);

export const eventLeaf = (event: SealedEvent): Buffer => leafHash(eventText(event));

/** `intact`, `erased` (salt and parts are gone), or `changed`: the parts are not what was committed to. */
export function erasableState(event: StoredEvent): "intact" | "erased" | "changed" {
  const { salt, commitment, actorName, resourceName, ipHash, erasableDetails } = event;
  if (salt === null || commitment === null) {
    const isEmpty = [salt, actorName, resourceName, ipHash, erasableDetails].every((part) => part === null);
    if (!isEmpty) return "changed";
    return commitment === null ? "intact" : "erased";
  }
  const parts = { actorName, resourceName, ipHash, details: erasableDetails };
  return commitmentDigest(salt, parts) === commitment ? "intact" : "changed";
}

const timeText = (column: string): string =>
  `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** SQL: what `toSealedEvent` reads of `event`. */
export const sealedColumns = `
  event.tenant_id, event.id, ${timeText("event.occurred_at")} as occurred_at, event.generation,
  event.xid::text as xid, event.actor_kind, event.actor_id, event.action, event.resource_type,
  event.resource_id, event.status, event.request_id, event.correlation_id, event.sealed_details,
  encode(event.commitment, 'hex') as commitment
`;

/** SQL: what `toStoredEvent` reads of `event`. */
export const storedColumns = `
  ${sealedColumns}, encode(event.salt, 'hex') as salt, event.actor_name, event.resource_name,
  encode(event.ip_hash, 'hex') as ip_hash, event.erasable_details
`;

/** SQL: whether what is shown of `event` is what was sealed. It costs more than all its columns. */
export const detailsAgree = `
  event.details = event.sealed_details::jsonb || coalesce(event.erasable_details::jsonb, '{}')
`;

export interface SealedRow {
  tenant_id: string;
  id: string;
  occurred_at: string;
  generation: number;
  xid: string;
  actor_kind: string;
  actor_id: string | null;
  action: string;
  resource_type: string;
  resource_id: string | null;
  status: string;
  request_id: string | null;
  correlation_id: string | null;
  sealed_details: string;
  commitment: string | null;
}

export interface StoredRow extends SealedRow {
  salt: string | null;
  actor_name: string | null;
  resource_name: string | null;
  ip_hash: string | null;
  erasable_details: string | null;
}

export const toSealedEvent = (row: SealedRow): SealedEvent => ({
  tenantId: toTypeId("ten", row.tenant_id),
  id: toTypeId("evt", row.id),
  occurredAt: row.occurred_at,
  generation: row.generation,
  xid: row.xid,
  actorKind: row.actor_kind,
  actorId: row.actor_id,
  action: row.action,
  resourceType: row.resource_type,
  resourceId: row.resource_id,
  status: row.status,
  requestId: row.request_id,
  correlationId: row.correlation_id,
  details: row.sealed_details,
  commitment: row.commitment,
});

export const toStoredEvent = (row: StoredRow): StoredEvent => ({
  ...toSealedEvent(row),
  salt: row.salt,
  actorName: row.actor_name,
  resourceName: row.resource_name,
  ipHash: row.ip_hash,
  erasableDetails: row.erasable_details,
});

/** SQL for a time as it is hashed: UTC, in microseconds. */
export const sealedTime = timeText;
