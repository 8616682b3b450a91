import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { auditTenantSchema } from "#app/domain/audit/audit-log-query-schema.ts";
import { listTenantNames } from "#app/domain/platform/list-tenant-names.server.ts";
import { loadAuditPage } from "#app/http/audit-page.server.ts";
import { auditFilterQuery, auditPlaceQuery } from "#app/http/audit-page-query.server.ts";
import { orEmpty } from "#app/http/or-empty.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { AuditPage } from "#app/ui/audit/audit-page.tsx";

export const meta: MetaFunction = () => [{ title: "Audit · Signalbox" }];

/** A tenant's trail, or everybody's; either names its tenants. */
export const loader = pageLoader({
  scope: "tenants:admin",
  query: z.object({ ...auditFilterQuery, ...auditPlaceQuery, tenantId: orEmpty(auditTenantSchema) }),
  async handler({ db, actor, request, query: { cursor, newerThan, tenantId: reach = "all", ...filters } }) {
    const place = { cursor, newerThan };
    const data = await loadAuditPage(db, actor, { reach, filters, place, request });
    const tenantId = reach === "all" ? undefined : reach;
    const shown = data.page.logs.map((log) => log.tenantId);
    const names = await listTenantNames(db, actor, { also: tenantId === undefined ? shown : [tenantId] });
    return { ...data, filters: { ...filters, tenantId }, names };
  },
});

export default function Audit() {
  return <AuditPage base="/admin/audit" {...useLoaderData<typeof loader>()} />;
}
