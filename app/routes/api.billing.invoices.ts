import { listInvoices } from "#app/domain/billing/list-invoices.server.ts";
import { invoiceListSchema } from "#app/domain/billing/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "billing:read",
    query: invoiceListSchema,
    handler: ({ db, actor, query }) => listInvoices(db, actor, query),
  },
});

export const loader = route.loader;
export const action = route.action;
