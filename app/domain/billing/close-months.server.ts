import type { Database } from "#db/database.ts";
import { type TenantId, toTypeId } from "#db/ids.ts";
import { addMonths, type Period, periodOf } from "../usage/period.ts";
import { issueInvoice } from "./issue-invoice.server.ts";

export interface CloseMonthsOptions {
  nowMs: number;
  signal?: AbortSignal;
}

export interface ClosedMonths {
  invoices: number;
  /** Those that could not be closed; the next run tries them again, and only then their later months. */
  failures: { tenantId: TenantId; month: Period; error: unknown }[];
}

/**
 * Makes the invoice of every month that is over and has none, the oldest first, each in a transaction of its
 * own: a run that dies leaves whole invoices, and the next goes on. Also of suspended tenants; never of the
 * service's own.
 */
export async function closeMonths(
  db: Database,
  { nowMs, signal }: CloseMonthsOptions,
): Promise<ClosedMonths> {
  const closed: ClosedMonths = { invoices: 0, failures: [] };
  const failed = new Set<TenantId>();
  for (const { tenantId, month } of await findOpenMonths(db, addMonths(periodOf(nowMs), -1))) {
    if (signal?.aborted) break;
    if (failed.has(tenantId)) continue;
    try {
      const invoice = await db.withSql((sql) => issueInvoice(sql, { tenantId, month, issuedAtMs: nowMs }));
      if (invoice !== undefined) closed.invoices += 1;
    } catch (error) {
      failed.add(tenantId);
      closed.failures.push({ tenantId, month, error });
    }
  }
  return closed;
}

/** Up to `last`; a tenant's months are closed in their order, so what is open comes after what is closed. */
async function findOpenMonths(db: Database, last: Period): Promise<{ tenantId: TenantId; month: Period }[]> {
  const rows = await db.withSql(
    (sql) => sql<{ tenant_id: string; month: Period }[]>`
      select tenant.id as tenant_id, to_char(open.at, 'YYYY-MM-DD') as month
      from tenants tenant
      cross join lateral (
        select coalesce(
          (
            select max(period) + interval '1 month' from invoices where invoices.tenant_id = tenant.id
          ),
          (
            select date_trunc('month', min(valid_from) at time zone 'utc')
            from plan_terms terms where terms.tenant_id = tenant.id
          )
        ) as at
      ) first_open
      cross join lateral generate_series(first_open.at, ${last}::date::timestamp, interval '1 month') open (at)
      where not tenant.is_system
      order by open.at, tenant.id`,
    { readOnly: true },
  );
  return rows.map(({ tenant_id, month }) => ({ tenantId: toTypeId("ten", tenant_id), month }));
}
