import { z } from "zod";
import { auditExportFormats } from "#app/domain/audit/audit-export-lines.ts";
import { auditTenantSchema } from "#app/domain/audit/audit-log-query-schema.ts";
import { auditExport } from "#app/http/audit-export.server.ts";
import { auditFilterQuery, filtersAt } from "#app/http/audit-page-query.server.ts";
import { orEmpty } from "#app/http/or-empty.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";

/** What the page's filters let through, all of it, as a file. */
export const loader = asResource(
  pageLoader({
    scope: "tenants:admin",
    query: z.object({
      format: z.enum(auditExportFormats),
      ...auditFilterQuery,
      tenantId: orEmpty(auditTenantSchema),
    }),
    handler: ({ db, actor, request, query: { format, tenantId: reach = "all", ...filters } }) =>
      auditExport(db, actor, { format, reach, filters: filtersAt(filters, Date.now()), request }),
  }),
);
