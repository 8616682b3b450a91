import type { Database } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { requireScope } from "../auth/require-scope.ts";
import { type InvoiceRow, invoiceColumns, toInvoiceSummary } from "./invoice-row.ts";
import type { InvoiceList, InvoiceListQuery } from "./schema.ts";

/** The tenant's invoices, the newest first: months are closed in their order, so by id. */
export async function listInvoices(
  db: Database,
  actor: Actor,
  { limit, cursor }: InvoiceListQuery,
): Promise<InvoiceList> {
  requireScope(actor, "billing:read");
  const rows = await db.asTenantSql(
    actor.tenantId,
    (sql) => sql<InvoiceRow[]>`
      select ${sql.unsafe(invoiceColumns)}
      from invoices
      where tenant_id = ${toUuid(actor.tenantId)}
        ${cursor === undefined ? sql`` : sql`and id < ${toUuid(cursor)}`}
      order by id desc
      limit ${limit + 1}`,
    { readOnly: true },
  );
  const invoices = rows.slice(0, limit).map(toInvoiceSummary);
  return { invoices, nextCursor: rows.length > limit ? (invoices.at(-1)?.id ?? null) : null };
}
