import { z } from "zod";
import { readTenantDetail } from "#app/domain/platform/read-tenant-detail.server.ts";
import { suspendTenantSchema, tenantIdSchema } from "#app/domain/platform/schema.ts";
import { suspendTenant } from "#app/domain/platform/suspend-tenant.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "tenants:admin",
    params: z.object({ tenantId: tenantIdSchema }),
    body: suspendTenantSchema,
    handler: async ({ db, actor, params: { tenantId }, body: { reason }, request }) => {
      await suspendTenant(db, actor, { tenantId, reason }, request);
      return readTenantDetail(db, actor, tenantId);
    },
  },
});

export const loader = route.loader;
export const action = route.action;
