import { toTypeId } from "#db/ids.ts";
import { csvCell } from "../csv.ts";

/** What a filter of events can be had as. */
export const auditExportFormats = ["csv", "json", "ndjson"] as const;
export type AuditExportFormat = (typeof auditExportFormats)[number];

/**
 * A page of the export as the database gives it: a list for each column, in the order of the events. A few
 * large values cost a fraction of what as many rows of small ones do. Nulls where there is no event.
 */
export interface ExportColumns {
  tenants: string[] | null;
  ids: string[] | null;
  /** ISO 8601 in UTC without the zone, fractions as short as they can be. */
  times: string[] | null;
  actor_kinds: string[] | null;
  actor_ids: (string | null)[] | null;
  actor_names: (string | null)[] | null;
  actions: string[] | null;
  resource_types: string[] | null;
  resource_ids: (string | null)[] | null;
  resource_names: (string | null)[] | null;
  statuses: string[] | null;
  request_ids: (string | null)[] | null;
  correlation_ids: (string | null)[] | null;
  /** JSON texts, one a line: parsing them to write them again would cost more than all the rest. */
  details: string | null;
}

/** SQL: the columns of `event`, whose rows are in order. */
export const exportColumns = `
  json_agg(event.tenant_id) as tenants, json_agg(event.id) as ids,
  json_agg(event.occurred_at at time zone 'utc') as times, json_agg(event.actor_kind) as actor_kinds,
  json_agg(event.actor_id) as actor_ids, json_agg(event.actor_name) as actor_names,
  json_agg(event.action) as actions, json_agg(event.resource_type) as resource_types,
  json_agg(event.resource_id) as resource_ids, json_agg(event.resource_name) as resource_names,
  json_agg(event.status) as statuses, json_agg(event.request_id) as request_ids,
  json_agg(event.correlation_id) as correlation_ids, string_agg(event.details::text, E'\\n') as details`;

/** An event of the export; the details are JSON text. */
export interface ExportRow {
  tenantId: string;
  uuid: string;
  /** ISO 8601 in UTC, to the microsecond. */
  at: string;
  actorKind: string;
  actorId: string | null;
  actorName: string | null;
  action: string;
  resourceType: string;
  resourceId: string | null;
  resourceName: string | null;
  status: string;
  requestId: string | null;
  correlationId: string | null;
  details: string;
}

/** The events of a page. */
export function exportRows(columns: ExportColumns): ExportRow[] {
  const details = columns.details?.split("\n") ?? [];
  // Of one tenant in nearly every page.
  const tenantIds = new Map<string, string>();
  const tenantIdOf = (uuid: string): string => {
    const known = tenantIds.get(uuid) ?? toTypeId("ten", uuid);
    tenantIds.set(uuid, known);
    return known;
  };
  return (columns.ids ?? []).map((uuid, n) => ({
    tenantId: tenantIdOf(columns.tenants?.[n] ?? ""),
    uuid,
    at: toMicroseconds(columns.times?.[n] ?? ""),
    actorKind: columns.actor_kinds?.[n] ?? "",
    actorId: columns.actor_ids?.[n] ?? null,
    actorName: columns.actor_names?.[n] ?? null,
    action: columns.actions?.[n] ?? "",
    resourceType: columns.resource_types?.[n] ?? "",
    resourceId: columns.resource_ids?.[n] ?? null,
    resourceName: columns.resource_names?.[n] ?? null,
    status: columns.statuses?.[n] ?? "",
    requestId: columns.request_ids?.[n] ?? null,
    correlationId: columns.correlation_ids?.[n] ?? null,
    details: details[n] ?? "{}",
  }));
}

const secondsLength = "2026-05-01T12:00:00".length;
const exactLength = secondsLength + ".123456".length;

const toMicroseconds = (time: string): string =>
  `${(time.length === secondsLength ? `${time}.` : time).padEnd(exactLength, "0")}Z`;

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

const jsonOf = (row: ExportRow): string =>
  `{"id":"${toTypeId("evt", row.uuid)}","tenantId":"${row.tenantId}","timestamp":"${row.at}"` +
  `,"actor":{"id":${text(row.actorId)},"type":"${row.actorKind}","name":${text(row.actorName)}}` +
  `,"action":"${row.action}","resource":{"type":"${row.resourceType}","id":${text(row.resourceId)}` +
  `,"name":${text(row.resourceName)}},"status":"${row.status}","requestId":${text(row.requestId)}` +
  `,"correlationId":${text(row.correlationId)},"details":${row.details}}`;

/** An event as RFC 4180 has it. What the registry and we ourselves name needs no care. */
const csvLine = (row: ExportRow): string =>
  `${toTypeId("evt", row.uuid)},${row.tenantId},${row.at},${row.actorKind},${cellOf(row.actorId)}` +
  `,${cellOf(row.actorName)},${row.action},${row.resourceType},${cellOf(row.resourceId)}` +
  `,${cellOf(row.resourceName)},${row.status},${cellOf(row.requestId)},${cellOf(row.correlationId)}` +
  `,${cellOf(row.details)}\r\n`;

const cellOf = (value: string | null): string => (value === null ? "" : csvCell(value));
