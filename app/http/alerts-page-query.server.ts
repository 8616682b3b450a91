import { z } from "zod";
import { alertLists } from "#app/domain/alerts/alert-list-schema.ts";
import { alertCursorSchema, alertFilterFields as fields } from "#app/domain/alerts/alert-query-schema.ts";
import { auditWindowMs, auditWindows } from "#app/domain/audit/audit-log-schema.ts";
import { orEmpty } from "./or-empty.server.ts";

/** What a page of alerts has in its URL. */
export const alertsPageQuery = {
  show: orEmpty(z.enum(alertLists)),
  severity: orEmpty(fields.severity),
  kind: orEmpty(fields.kind),
  agentId: orEmpty(fields.agentId),
  window: orEmpty(z.enum(auditWindows)),
  cursor: orEmpty(alertCursorSchema),
};
export type AlertsPageQuery = z.infer<z.ZodObject<typeof alertsPageQuery>>;

/** The moment that a window begins at. */
export const beginOf = (window: AlertsPageQuery["window"], nowMs: number): string | undefined =>
  window === undefined ? undefined : new Date(nowMs - auditWindowMs[window]).toISOString();
