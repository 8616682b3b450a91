import { readBillingOverview } from "#app/domain/billing/read-overview.server.ts";
import { statementFile } from "#app/http/billing-files.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";

/** The present month as a file. */
export const loader = asResource(
  pageLoader({
    scope: "billing:read",
    handler: async ({ db, actor }) => statementFile(await readBillingOverview(db, actor, Date.now())),
  }),
);
