import type { Sql } from "#db/database.ts";
import { newId, type TenantId, toUuid } from "#db/ids.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import { systemActor } from "../auth/system-actor.ts";
import { addMonths, type Period } from "../usage/period.ts";
import { adjustmentLines } from "./adjustments.ts";
import { readStatement } from "./read-statement.server.ts";
import type { InvoiceSummary, Plan, StatementLine } from "./schema.ts";
import { sumOf } from "./statement.ts";

/** Events come at most 35 days late: what is older than so many months is as it was. */
const ADJUSTED_MONTHS = 3;

export interface IssueInvoiceOptions {
  tenantId: TenantId;
  /** One that is over, and before which all are invoiced. */
  month: Period;
  issuedAtMs: number;
}

/**
 * Freezes a month's statement into its invoice, with what earlier months' invoices lacked, on a transaction
 * of the system login. Undefined when there is one already, or when the tenant had no plan in the month.
 *
 * The counter's row is locked before anything is looked at: whoever comes second waits here, then finds the
 * invoice. It is advanced with the invoice or not at all, so numbers have no gap.
 */
export async function issueInvoice(
  sql: Sql,
  { tenantId, month, issuedAtMs }: IssueInvoiceOptions,
): Promise<InvoiceSummary | undefined> {
  const tenantUuid = toUuid(tenantId);
  const [counter] = await sql<{ last_sequence: string }[]>`
    select last_sequence from invoice_counter for update`;
  const [tenant] = await sql<{ name: string; plan: Plan | null; is_invoiced: boolean }[]>`
    select name,
      (
        select terms.plan from plan_terms terms
        where terms.tenant_id = tenants.id and terms.valid_from < ${addMonths(month, 1)}::date::timestamp at time zone 'utc'
        order by terms.valid_from desc limit 1
      ) as plan,
      exists (
        select from invoices where invoices.tenant_id = tenants.id and invoices.period = ${month}::date
      ) as is_invoiced
    from tenants where id = ${tenantUuid} and not is_system`;
  if (counter === undefined || tenant === undefined || tenant.plan === null || tenant.is_invoiced)
    return undefined;

  const lines = [
    ...(await readStatement(sql, tenantId, month)).lines,
    ...(await adjustmentsOfEarlier(sql, tenantId, month)),
  ];
  const sequence = Number(counter.last_sequence) + 1;
  const issuedAt = new Date(issuedAtMs);
  const invoice: InvoiceSummary = {
    id: newId("bil"),
    number: `INV-${String(sequence).padStart(6, "0")}`,
    period: month,
    plan: tenant.plan,
    totalMicros: sumOf(lines),
    issuedAt: issuedAt.toISOString(),
  };
  const { id, number, plan, totalMicros } = invoice;
  await sql`update invoice_counter set last_sequence = ${sequence}`;
  await sql`
    insert into invoices (
      tenant_id, id, sequence, number, period, plan, total_micros, lines, billed_to, issued_at
    )
    values (
      ${tenantUuid}, ${toUuid(id)}, ${sequence}, ${number}, ${month}::date, ${plan}, ${totalMicros},
      ${JSON.stringify(lines)}::text::jsonb, ${tenant.name}, ${issuedAt}
    )`;
  await insertAuditEvents(sql, [
    {
      tenantId,
      actor: systemActor(tenantId, "billing"),
      action: "invoice.issued",
      resource: { id, name: number },
      request: null,
      details: { period: month, totalMicros },
    },
  ]);
  return invoice;
}

/** For each of the months before that has an invoice, what it lacked. */
async function adjustmentsOfEarlier(sql: Sql, tenantId: TenantId, month: Period): Promise<StatementLine[]> {
  const earlier = Array.from({ length: ADJUSTED_MONTHS }, (_, n) => addMonths(month, n - ADJUSTED_MONTHS));
  const rows = await sql<{ period: Period; lines: StatementLine[] }[]>`
    select to_char(period, 'YYYY-MM-DD') as period, lines
    from invoices
    where tenant_id = ${toUuid(tenantId)} and period >= ${earlier[0] ?? month}::date and period < ${month}::date
    order by period`;
  const billed = rows.flatMap(({ lines }) => lines);
  const adjustments: StatementLine[] = [];
  for (const { period } of rows)
    adjustments.push(...adjustmentLines(await readStatement(sql, tenantId, period), billed));
  return adjustments;
}
