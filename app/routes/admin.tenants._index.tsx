import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { listTenants } from "#app/domain/platform/list-tenants.server.ts";
import { tenantListSchema } from "#app/domain/platform/schema.ts";
import { orEmpty } from "#app/http/or-empty.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { TenantsPage } from "#app/ui/platform/tenants-page.tsx";

export const meta: MetaFunction = () => [{ title: "Tenants · Signalbox" }];

const limit = 50;

const { search, status, plan, cursor } = tenantListSchema.shape;

export const loader = pageLoader({
  scope: "tenants:admin",
  query: z.object({
    search: orEmpty(search),
    status: orEmpty(status),
    plan: orEmpty(plan),
    cursor: orEmpty(cursor),
  }),
  handler: async ({ db, actor, query: { cursor: after, ...filters } }) => ({
    list: await listTenants(db, actor, { limit, cursor: after, ...filters }),
    filters,
    cursor: after,
  }),
});

export default function Tenants() {
  return <TenantsPage {...useLoaderData<typeof loader>()} />;
}
