import type { Database } from "#db/database.ts";
import { type InvoiceId, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { requireScope } from "../auth/require-scope.ts";
import { notFound } from "../errors.ts";
import { type InvoiceRow, invoiceColumns, toInvoiceSummary } from "./invoice-row.ts";
import type { InvoiceView, StatementLine } from "./schema.ts";

/**
 * One invoice of the tenant, as it was issued.
 * @throws AppError not_found
 */
export async function readInvoice(db: Database, actor: Actor, invoiceId: InvoiceId): Promise<InvoiceView> {
  requireScope(actor, "billing:read");
  const [row] = await db.asTenantSql(
    actor.tenantId,
    (sql) => sql<(InvoiceRow & { billed_to: string; lines: StatementLine[] })[]>`
      select ${sql.unsafe(invoiceColumns)}, billed_to, lines
      from invoices
      where tenant_id = ${toUuid(actor.tenantId)} and id = ${toUuid(invoiceId)}`,
    { readOnly: true },
  );
  if (row === undefined) throw notFound("invoice");
  return { ...toInvoiceSummary(row), billedTo: row.billed_to, lines: row.lines };
}
