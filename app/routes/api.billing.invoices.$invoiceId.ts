import { z } from "zod";
import { readInvoice } from "#app/domain/billing/read-invoice.server.ts";
import { billingFormatSchema, invoiceIdSchema } from "#app/domain/billing/schema.ts";
import { api } from "#app/http/api-route.server.ts";
import { invoiceFile } from "#app/http/billing-files.server.ts";

const route = api({
  GET: {
    scope: "billing:read",
    params: z.object({ invoiceId: invoiceIdSchema }),
    query: billingFormatSchema,
    handler: async ({ db, actor, params: { invoiceId }, query: { format } }) => {
      const invoice = await readInvoice(db, actor, invoiceId);
      return format === "csv" ? invoiceFile(invoice) : invoice;
    },
  },
});

export const loader = route.loader;
export const action = route.action;
