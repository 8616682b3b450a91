import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { auditTenantSchema } from "#app/domain/audit/audit-log-query-schema.ts";
import { loadAuditPage } from "#app/http/audit-page.server.ts";
import { auditFilterQuery, auditPlaceQuery } from "#app/http/audit-page-query.server.ts";
import { orEmpty } from "#app/http/or-empty.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { AuditPage } from "#app/ui/audit/audit-page.tsx";

export const meta: MetaFunction = () => [{ title: "Audit · Signalbox" }];

export const loader = pageLoader({
  scope: "tenants:admin",
  query: z.object({ ...auditFilterQuery, ...auditPlaceQuery, tenantId: orEmpty(auditTenantSchema) }),
  handler: ({ db, actor, request, query: { cursor, tenantId, ...filters } }) =>
    loadAuditPage(db, actor, { reach: tenantId ?? "all", filters, cursor, request }),
});

export default function Audit() {
  return <AuditPage base="/admin/audit" {...useLoaderData<typeof loader>()} />;
}
