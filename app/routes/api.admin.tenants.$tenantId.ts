import { z } from "zod";
import { changePlan } from "#app/domain/platform/change-plan.server.ts";
import { readTenantDetail } from "#app/domain/platform/read-tenant-detail.server.ts";
import { changeTenantSchema, tenantIdSchema } from "#app/domain/platform/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const params = z.object({ tenantId: tenantIdSchema });

const route = api({
  GET: {
    scope: "tenants:admin",
    params,
    handler: ({ db, actor, params: { tenantId } }) => readTenantDetail(db, actor, tenantId),
  },
  PATCH: {
    scope: "tenants:admin",
    params,
    body: changeTenantSchema,
    handler: async ({ db, actor, params: { tenantId }, body: { plan }, request }) => {
      await changePlan(db, actor, { tenantId, plan }, request);
      return readTenantDetail(db, actor, tenantId);
    },
  },
});

export const loader = route.loader;
export const action = route.action;
