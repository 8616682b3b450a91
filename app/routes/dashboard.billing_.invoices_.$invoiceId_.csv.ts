import { z } from "zod";
import { readInvoice } from "#app/domain/billing/read-invoice.server.ts";
import { invoiceIdSchema } from "#app/domain/billing/schema.ts";
import { invoiceFile } from "#app/http/billing-files.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";

export const loader = asResource(
  pageLoader({
    scope: "billing:read",
    params: z.object({ invoiceId: invoiceIdSchema }),
    handler: async ({ db, actor, params: { invoiceId } }) =>
      invoiceFile(await readInvoice(db, actor, invoiceId)),
  }),
);
