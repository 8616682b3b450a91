import type { MetaFunction, SerializeFrom } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { readInvoice } from "#app/domain/billing/read-invoice.server.ts";
import { invoiceIdSchema } from "#app/domain/billing/schema.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { invoicesPath } from "#app/ui/billing/billing-paths.ts";
import { InvoicePage } from "#app/ui/billing/invoice-page.tsx";
import { placeOf } from "#app/ui/shell/place.ts";

export const loader = pageLoader({
  scope: "billing:read",
  params: z.object({ invoiceId: invoiceIdSchema }),
  handler: async ({ db, actor, params: { invoiceId } }) => ({
    invoice: await readInvoice(db, actor, invoiceId),
  }),
});

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: data ? `${data.invoice.number} · Signalbox` : "Signalbox" },
];

export const handle = placeOf<SerializeFrom<typeof loader>>({
  above: () => [{ label: "Invoices", to: invoicesPath }],
  here: ({ invoice }) => invoice.number,
});

export default function Invoice() {
  return <InvoicePage {...useLoaderData<typeof loader>()} />;
}
