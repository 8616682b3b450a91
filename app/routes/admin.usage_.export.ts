import { z } from "zod";
import { usageExportFormats } from "#app/domain/usage/reading/schema.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";
import { usageExport } from "#app/http/usage-export.server.ts";
import { daysAt, usageFilterQuery, usageTenantQuery } from "#app/http/usage-page-query.server.ts";

/** What the page's filters let through, all of it, as a file. */
export const loader = asResource(
  pageLoader({
    scope: "tenants:admin",
    query: z.object({ format: z.enum(usageExportFormats), ...usageFilterQuery, ...usageTenantQuery }),
    handler: ({ db, actor, request, query: { window, tenantId, ...filters } }) => {
      const nowMs = Date.now();
      return usageExport(db, actor, {
        query: { ...filters, ...daysAt(window ?? (tenantId === undefined ? "7d" : "30d"), nowMs) },
        reach: tenantId ?? "all",
        ...{ nowMs, request },
      });
    },
  }),
);
