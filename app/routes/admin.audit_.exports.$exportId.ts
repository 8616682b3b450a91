import { z } from "zod";
import { auditTenantSchema } from "#app/domain/audit/audit-log-query-schema.ts";
import { readAuditExport } from "#app/domain/audit/read-audit-export.server.ts";
import { json } from "#app/http/api-route.server.ts";
import { orEmpty } from "#app/http/or-empty.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";

/** What an export came to: how many events, and the digest of its file. */
export const loader = asResource(
  pageLoader({
    scope: "tenants:admin",
    params: z.object({ exportId: z.uuid() }),
    query: z.object({ tenantId: orEmpty(auditTenantSchema) }),
    handler: async ({ db, actor, params: { exportId: id }, query: { tenantId = "all" } }) =>
      json(await readAuditExport(db, actor, { id, of: tenantId })),
  }),
);
