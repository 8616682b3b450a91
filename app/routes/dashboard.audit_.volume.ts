import { z } from "zod";
import { readAuditVolume } from "#app/domain/audit/audit-volume.server.ts";
import { json } from "#app/http/api-route.server.ts";
import { auditFilterQuery, filtersAt } from "#app/http/audit-page-query.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";

/** How many events there are over the time that the page shows; asked for when the page stands. */
export const loader = asResource(
  pageLoader({
    scope: "activity:read",
    query: z.object(auditFilterQuery),
    handler: async ({ db, actor, query }) => {
      const nowMs = Date.now();
      const volume = await readAuditVolume(db, actor, { filters: filtersAt(query, nowMs), nowMs });
      return json({ volume });
    },
  }),
);
