import { z } from "zod";
import { usageExportFormats } from "#app/domain/usage/reading/schema.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";
import { usageExport } from "#app/http/usage-export.server.ts";
import { daysAt, usageFilterQuery } from "#app/http/usage-page-query.server.ts";

/** What the page's filters let through, all of it, as a file. */
export const loader = asResource(
  pageLoader({
    scope: "billing:read",
    query: z.object({ format: z.enum(usageExportFormats), ...usageFilterQuery }),
    handler: ({ db, actor, request, query: { window, ...filters } }) => {
      const nowMs = Date.now();
      return usageExport(db, actor, {
        query: { ...filters, ...daysAt(window ?? "30d", nowMs) },
        nowMs,
        request,
      });
    },
  }),
);
