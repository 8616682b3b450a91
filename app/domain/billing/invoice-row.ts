import { toTypeId } from "#db/ids.ts";
import { isoTime } from "../iso-time.ts";
import type { InvoiceSummary, Period, Plan } from "./schema.ts";

/** An invoice without its lines, as `invoiceColumns` give it. */
export interface InvoiceRow {
  id: string;
  number: string;
  period: Period;
  plan: Plan;
  total_micros: string;
  issued_at: string;
}

/** SQL: the columns of an `InvoiceRow`. */
export const invoiceColumns = `
  id, number, to_char(period, 'YYYY-MM-DD') as period, plan, total_micros, ${isoTime("issued_at")} as issued_at`;

export const toInvoiceSummary = (row: InvoiceRow): InvoiceSummary => ({
  id: toTypeId("bil", row.id),
  number: row.number,
  period: row.period,
  plan: row.plan,
  totalMicros: Number(row.total_micros),
  issuedAt: row.issued_at,
});
