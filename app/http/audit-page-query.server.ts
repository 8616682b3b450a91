import { z } from "zod";
import { auditCursorSchema, auditFilterFields as fields } from "#app/domain/audit/audit-log-query-schema.ts";
import { type AuditFilters, auditWindowMs, auditWindows } from "#app/domain/audit/audit-log-schema.ts";
import { orEmpty } from "./or-empty.server.ts";

/** The filters of the audit trail, as its pages and what is downloaded from there have them in their URL. */
export const auditFilterQuery = {
  action: orEmpty(fields.action),
  actor: orEmpty(fields.actor),
  actorKind: orEmpty(fields.actorKind),
  resourceType: orEmpty(fields.resourceType),
  resourceId: orEmpty(fields.resourceId),
  status: orEmpty(fields.status),
  requestId: orEmpty(fields.requestId),
  correlationId: orEmpty(fields.correlationId),
  from: orEmpty(fields.from),
  to: orEmpty(fields.to),
  text: orEmpty(fields.text),
  window: orEmpty(z.enum(auditWindows)),
};
export type AuditPageFilters = z.infer<z.ZodObject<typeof auditFilterQuery>>;

/** Where a page begins behind, or ends above. */
export const auditPlaceQuery = {
  cursor: orEmpty(auditCursorSchema),
  newerThan: orEmpty(auditCursorSchema),
};
export type AuditPagePlace = z.infer<z.ZodObject<typeof auditPlaceQuery>>;

/** The filters with the window as the time that it stands for now. */
export function filtersAt({ window, ...filters }: AuditPageFilters, nowMs: number): AuditFilters {
  if (window === undefined) return filters;
  const beginMs = nowMs - auditWindowMs[window];
  const fromMs = filters.from === undefined ? beginMs : Math.max(beginMs, Date.parse(filters.from));
  return { ...filters, from: new Date(fromMs).toISOString() };
}
