import { billingCsv } from "#app/domain/billing/billing-csv.ts";
import type { BillingOverview, InvoiceView } from "#app/domain/billing/schema.ts";
import { csvFile } from "./csv-file.server.ts";

/** An invoice as a file. */
export const invoiceFile = (invoice: InvoiceView): Response => csvFile(invoice.number, billingCsv(invoice));

/** The present month, as things stand, as a file. */
export const statementFile = ({ period, lines, totalMicros }: BillingOverview): Response =>
  csvFile(
    `statement-${period.slice(0, 7)}`,
    billingCsv({ number: "", billedTo: "", period, lines, totalMicros }),
  );
