import { z } from "zod";
import { auditTenantSchema } from "#app/domain/audit/audit-log-query-schema.ts";
import { readAuditVolume } from "#app/domain/audit/audit-volume.server.ts";
import { json } from "#app/http/api-route.server.ts";
import { auditFilterQuery, filtersAt } from "#app/http/audit-page-query.server.ts";
import { orEmpty } from "#app/http/or-empty.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";

/** How many events there are over the time that the page shows; asked for when the page stands. */
export const loader = asResource(
  pageLoader({
    scope: "tenants:admin",
    query: z.object({ ...auditFilterQuery, tenantId: orEmpty(auditTenantSchema) }),
    handler: async ({ db, actor, query: { tenantId: reach = "all", ...query } }) => {
      const nowMs = Date.now();
      const volume = await readAuditVolume(db, actor, { filters: filtersAt(query, nowMs), reach, nowMs });
      return json({ volume });
    },
  }),
);
