import { toTypeId } from "#db/ids.ts";
import { csvCell } from "../csv.ts";

/** What a filter of events can be had as. */
export const auditExportFormats = ["csv", "json", "ndjson"] as const;
export type AuditExportFormat = (typeof auditExportFormats)[number];

/**
 * A row of the export as the database gives it, in this order; ids are UUIDs, the details JSON text. As a
 * list and unparsed: objects and their JSON would cost more than all the rest of an export.
 */
export type ExportRow = readonly [
  tenantUuid: string,
  uuid: string,
  timestamp: string,
  actorType: string,
  actorId: string | null,
  actorName: string | null,
  action: string,
  resourceType: string,
  resourceId: string | null,
  resourceName: string | null,
  status: string,
  requestId: string | null,
  correlationId: string | null,
  details: string,
];

/** SQL: the columns of an `ExportRow`, of `event`. */
export const exportColumns = (exactTime: string): string => `
  event.tenant_id::text, event.id::text, ${exactTime}, event.actor_kind, event.actor_id, event.actor_name,
  event.action, event.resource_type, event.resource_id, event.resource_name, event.status, event.request_id,
  event.correlation_id, event.details::text`;

const csvColumns = [
  ...["id", "tenant_id", "timestamp", "actor_type", "actor_id", "actor_name", "action"],
  ...["resource_type", "resource_id", "resource_name", "status", "request_id", "correlation_id", "details"],
];

/** How a format begins, what stands between two events and how it ends. */
export const exportFrames: Record<AuditExportFormat, { head: string; between: string; tail: string }> = {
  csv: { head: `${csvColumns.join(",")}\r\n`, between: "", tail: "" },
  json: { head: "[", between: ",", tail: "\n]\n" },
  ndjson: { head: "", between: "", tail: "" },
};

export function exportLine(format: AuditExportFormat, row: ExportRow): string {
  if (format === "csv") return csvLine(row);
  return format === "json" ? `\n${jsonOf(row)}` : `${jsonOf(row)}\n`;
}

const text = (value: string | null): string => (value === null ? "null" : JSON.stringify(value));

function jsonOf(row: ExportRow): string {
  const [tenant, id, at, kind, actorId, actorName, action, type, resourceId, resourceName, ...rest] = row;
  const [status, requestId, correlationId, details] = rest;
  return (
    `{"id":"${toTypeId("evt", id)}","tenantId":"${toTypeId("ten", tenant)}","timestamp":"${at}"` +
    `,"actor":{"id":${text(actorId)},"type":"${kind}","name":${text(actorName)}},"action":"${action}"` +
    `,"resource":{"type":"${type}","id":${text(resourceId)},"name":${text(resourceName)}}` +
    `,"status":"${status}","requestId":${text(requestId)},"correlationId":${text(correlationId)}` +
    `,"details":${details}}`
  );
}

/** An event as RFC 4180 has it. */
function csvLine([tenant, id, ...rest]: ExportRow): string {
  let line = `${toTypeId("evt", id)},${toTypeId("ten", tenant)}`;
  for (const value of rest) line += `,${value === null ? "" : csvCell(value)}`;
  return `${line}\r\n`;
}
