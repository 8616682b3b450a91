import { newUuid, toUuid } from "#db/ids.ts";
import type { AuditActor, AuditEvent } from "./audit-event.ts";
import { commitTo } from "./commitment.ts";
import { type AuditAction, auditRegistry } from "./registry.ts";
import { scrubDetails, scrubLabel } from "./scrub-details.ts";

/** A request's line in the log names so many of its events; the rest is found by the request's id. */
const maxNoted = 10;

/**
 * An audit event as `json_to_recordset` reads it: keys are column names, ids are UUIDs, bytes are
 * hex, and the details are the JSON text that is sealed. Time and transaction id are absent, since the
 * database's defaults set them.
 */
export interface AuditRow {
  tenant_id: string;
  id: string;
  actor_kind: AuditActor["kind"];
  actor_id: string | null;
  actor_name: string | null;
  action: string;
  resource_type: string;
  resource_id: string | null;
  resource_name: string | null;
  status: string;
  request_id: string | null;
  correlation_id: string | null;
  ip_hash: string | null;
  sealed_details: string;
  erasable_details: string | null;
  commitment: string | null;
  salt: string | null;
}

/**
 * Checks an event against the registry and gives its row.
 * Throws on details that do not fit: that is a bug of the caller, and a change that cannot be
 * recorded must not be committed.
 */
export function auditRow<A extends AuditAction>(event: AuditEvent<A>): AuditRow {
  if (!Object.hasOwn(auditRegistry, event.action))
    throw new Error(`"${event.action}" is not in the audit registry`);
  const entry = auditRegistry[event.action];
  const parsed = entry.details.safeParse(event.details);
  if (!parsed.success) {
    throw new Error(`The details of ${event.action} do not fit the audit registry`, { cause: parsed.error });
  }
  const { lasting, erasable } = splitDetails(scrubDetails(parsed.data), entry.erasable);
  const parts = {
    actorName: scrubLabel(event.actor.name),
    resourceName: scrubLabel(event.resource.name),
    ipHash: event.request?.ipHash?.toString("hex") ?? null,
    details: erasable,
  };
  const commitment = commitTo(parts);
  const id = event.id === undefined ? newUuid() : toUuid(event.id);
  const noted = event.request?.auditEvents;
  if (noted !== undefined && noted.length < maxNoted) noted.push(id);
  return {
    tenant_id: toUuid(event.tenantId),
    id,
    actor_kind: event.actor.kind,
    actor_id: event.actor.id,
    actor_name: parts.actorName,
    action: event.action,
    resource_type: entry.resourceType,
    resource_id: event.resource.id,
    resource_name: parts.resourceName,
    status: event.status ?? "success",
    request_id: event.request?.requestId ?? null,
    correlation_id: event.correlationId ?? null,
    ip_hash: parts.ipHash,
    sealed_details: lasting,
    erasable_details: erasable,
    commitment: commitment?.digest ?? null,
    salt: commitment?.salt ?? null,
  };
}

/** Both as JSON text; there may be nothing that is erasable. */
function splitDetails(
  details: Record<string, unknown>,
  erasableKeys: readonly string[],
): { lasting: string; erasable: string | null } {
  if (!erasableKeys.some((key) => details[key] !== undefined))
    return { lasting: JSON.stringify(details), erasable: null };
  const isErasable = ([key]: [string, unknown]) => erasableKeys.includes(key);
  const entries = Object.entries(details);
  return {
    lasting: JSON.stringify(Object.fromEntries(entries.filter((entry) => !isErasable(entry)))),
    erasable: JSON.stringify(Object.fromEntries(entries.filter(isErasable))),
  };
}
