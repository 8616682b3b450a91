import { readBillingOverview } from "#app/domain/billing/read-overview.server.ts";
import { billingFormatSchema } from "#app/domain/billing/schema.ts";
import { api } from "#app/http/api-route.server.ts";
import { statementFile } from "#app/http/billing-files.server.ts";

const route = api({
  GET: {
    scope: "billing:read",
    query: billingFormatSchema,
    handler: async ({ db, actor, query: { format } }) => {
      const overview = await readBillingOverview(db, actor, Date.now());
      return format === "csv" ? statementFile(overview) : overview;
    },
  },
});

export const loader = route.loader;
export const action = route.action;
