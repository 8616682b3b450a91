import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { listInvoices } from "#app/domain/billing/list-invoices.server.ts";
import { invoiceIdSchema } from "#app/domain/billing/schema.ts";
import { orEmpty } from "#app/http/or-empty.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { InvoicesPage } from "#app/ui/billing/invoices-page.tsx";
import { placeOf } from "#app/ui/shell/place.ts";

export const meta: MetaFunction = () => [{ title: "Invoices · Signalbox" }];

export const handle = placeOf({ here: () => "Invoices" });

const shown = 24;

export const loader = pageLoader({
  scope: "billing:read",
  query: z.object({ before: orEmpty(invoiceIdSchema) }),
  handler: async ({ db, actor, query: { before } }) => ({
    before,
    list: await listInvoices(db, actor, { limit: shown, cursor: before }),
  }),
});

export default function Invoices() {
  return <InvoicesPage {...useLoaderData<typeof loader>()} />;
}
