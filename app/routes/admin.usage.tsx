import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { listTenants } from "#app/domain/platform/list-tenants.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { loadUsagePage } from "#app/http/usage-page.server.ts";
import { usagePageQuery, usageTenantQuery } from "#app/http/usage-page-query.server.ts";
import { UsagePage } from "#app/ui/usage/usage-page.tsx";
import { useFreshUsage } from "#app/ui/usage/use-fresh-usage.ts";

export const meta: MetaFunction = () => [{ title: "Usage · Signalbox" }];

/** To choose from, the newest; another one's page is reached from its own. */
const listedTenants = 100;

export const loader = pageLoader({
  scope: "tenants:admin",
  query: z.object({ ...usagePageQuery, ...usageTenantQuery }),
  handler: async ({ db, actor, query: { tenantId, ...query } }) => {
    const [page, { tenants }] = await Promise.all([
      loadUsagePage(db, actor, { reach: tenantId ?? "all", query, nowMs: Date.now() }),
      listTenants(db, actor, { limit: listedTenants }),
    ]);
    return {
      ...page,
      choices: { ...page.choices, tenantId },
      tenants: tenants.filter(({ isSystem }) => !isSystem).map(({ id, name }) => ({ id, name })),
    };
  },
});

/** Nobody tells of what happens in other tenants. */
const everyMs = 10_000;

export default function Usage() {
  useFreshUsage(everyMs);
  return <UsagePage base="/admin/usage" {...useLoaderData<typeof loader>()} mayChangeBudgets={false} />;
}
