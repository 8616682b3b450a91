import { z } from "zod";
import { readTenantDetail } from "#app/domain/platform/read-tenant-detail.server.ts";
import { resumeTenant } from "#app/domain/platform/resume-tenant.server.ts";
import { tenantIdSchema } from "#app/domain/platform/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "tenants:admin",
    params: z.object({ tenantId: tenantIdSchema }),
    handler: async ({ db, actor, params: { tenantId }, request }) => {
      await resumeTenant(db, actor, tenantId, request);
      return readTenantDetail(db, actor, tenantId);
    },
  },
});

export const loader = route.loader;
export const action = route.action;
