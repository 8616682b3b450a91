import { z } from "zod";
import { auditExportFormats } from "#app/domain/audit/audit-export-lines.ts";
import { auditExport } from "#app/http/audit-export.server.ts";
import { auditFilterQuery, filtersAt } from "#app/http/audit-page-query.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";

/** What the page's filters let through, all of it, as a file. */
export const loader = asResource(
  pageLoader({
    scope: "activity:read",
    query: z.object({ format: z.enum(auditExportFormats), ...auditFilterQuery }),
    handler: ({ db, actor, request, query: { format, ...filters } }) =>
      auditExport(db, actor, { format, filters: filtersAt(filters, Date.now()), request }),
  }),
);
