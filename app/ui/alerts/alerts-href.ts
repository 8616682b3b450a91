import type { AlertListName } from "#app/domain/alerts/alert-list-schema.ts";
import type { RuleKind, Severity } from "#app/domain/alerts/rule-kinds.ts";
import type { AuditWindow } from "#app/domain/audit/audit-log-schema.ts";

/** Where alerts are shown: a tenant's, or everybody's. */
export type AlertsBase = "/dashboard/alerts" | "/admin/alerts";

export const dashboardAlerts: AlertsBase = "/dashboard/alerts";

/** What the page's URL says of what is shown. */
export interface AlertFilters {
  severity?: Severity | undefined;
  kind?: RuleKind | undefined;
  agentId?: string | undefined;
  window?: AuditWindow | undefined;
  /** Whose alerts, where they are everybody's. */
  tenantId?: string | undefined;
}

export interface AlertPlace extends AlertFilters {
  show?: AlertListName | undefined;
  cursor?: string | undefined;
}

/** The URL of a list of alerts. */
export function alertsHref(base: AlertsBase, place: AlertPlace = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(place))
    if (value !== undefined && !(name === "show" && value === "open")) search.set(name, value);
  const text = search.toString();
  return text === "" ? base : `${base}?${text}`;
}

/** What a form says of an alert: among those of all tenants also whose it is. */
export const alertValue = (base: AlertsBase, { id, tenantId }: { id: string; tenantId: string }): string =>
  base === dashboardAlerts ? id : `${tenantId}.${id}`;

/** The URL of one alert. Those who administer the service say whose it is. */
export const alertHref = (base: AlertsBase, { id, tenantId }: { id: string; tenantId: string }): string =>
  base === dashboardAlerts ? `${base}/${id}` : `${base}/${id}?tenantId=${tenantId}`;

export const hasAlertFilters = ({ severity, kind, agentId, window, tenantId }: AlertFilters): boolean =>
  [severity, kind, agentId, window, tenantId].some((value) => value !== undefined);
