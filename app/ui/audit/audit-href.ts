import type { AuditFilters, AuditWindow } from "#app/domain/audit/audit-log-schema.ts";
import type { TenantId } from "#db/ids.ts";

/** What the page's URL says of what is shown. */
export interface ShownFilters extends AuditFilters {
  window?: AuditWindow | undefined;
  /** Whose events, where they are everybody's. */
  tenantId?: TenantId | undefined;
}

/** A place in the list: what follows it, or what comes right before it. */
interface ShownPlace {
  cursor?: string | undefined;
  newerThan?: string | undefined;
}

/** Where the trail is shown: a tenant's, or everybody's. */
export type AuditBase = "/dashboard/audit" | "/admin/audit";

export const dashboardAudit: AuditBase = "/dashboard/audit";

/** The URL of a page of the trail. */
export const auditHref = (base: AuditBase, filters: ShownFilters & ShownPlace = {}): string =>
  withSearch(base, filters);

/** Where more about the same events is had. */
export const auditDataHref = (
  base: AuditBase,
  what: "volume" | "new" | "export",
  values: ShownFilters & { format?: string; since?: string },
): string => withSearch(`${base}/${what}`, values);

/** Where it is told what an export came to. */
export const exportResultHref = (base: AuditBase, id: string, { tenantId }: ShownFilters): string =>
  withSearch(`${base}/exports/${id}`, { tenantId });

function withSearch(path: string, values: object): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    if (value !== undefined) search.set(name, String(value));
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}
