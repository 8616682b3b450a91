import { Link } from "@remix-run/react";
import { ReceiptText } from "lucide-react";
import type { InvoiceList, InvoiceSummary } from "#app/domain/billing/schema.ts";
import { plans } from "../platform/tenant-words.ts";
import { ButtonLink } from "../primitives/button.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { formatDay, formatMoney, formatMonth } from "../primitives/format.ts";
import { PageHeader } from "../primitives/page-header.tsx";
import { Panel } from "../primitives/panel.tsx";
import { Cell, HeaderCell, Row, rowLink, Table } from "../primitives/table.tsx";
import { invoicePath, invoicesPath } from "./billing-paths.ts";
import { BillingTabs } from "./billing-tabs.tsx";

interface InvoicesPageProps {
  list: InvoiceList;
  /** The cursor of this page. */
  before: string | undefined;
}

/** What was invoiced, the newest month first. */
export function InvoicesPage({ list: { invoices, nextCursor }, before }: InvoicesPageProps) {
  return (
    <div className="mx-auto max-w-4xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <BillingTabs here="invoices" />
      <PageHeader
        title="Invoices"
        description="One for each month, made on the first of the next. What is reported late is on the one after."
      />
      <Panel flush>
        {invoices.length > 0 ? (
          <Table caption="Invoices, the newest first" head={<Head />}>
            {invoices.map((invoice) => (
              <InvoiceRow key={invoice.id} invoice={invoice} />
            ))}
          </Table>
        ) : (
          <EmptyState icon={ReceiptText} title={before === undefined ? "No invoice yet" : "No more invoices"}>
            The first is made when this month is over.
          </EmptyState>
        )}
      </Panel>
      {(before !== undefined || nextCursor !== null) && (
        <nav aria-label="Pages" className="mt-3 flex justify-end gap-2 px-1">
          {before !== undefined && (
            <ButtonLink to={invoicesPath} size="sm" variant="ghost">
              Newest
            </ButtonLink>
          )}
          {nextCursor !== null && (
            <ButtonLink to={`${invoicesPath}?before=${nextCursor}`} size="sm">
              Older
            </ButtonLink>
          )}
        </nav>
      )}
    </div>
  );
}

function Head() {
  return (
    <>
      <HeaderCell>Month</HeaderCell>
      <HeaderCell>Number</HeaderCell>
      <HeaderCell className="hidden sm:table-cell">Plan</HeaderCell>
      <HeaderCell className="hidden sm:table-cell">Issued</HeaderCell>
      <HeaderCell numeric>Total</HeaderCell>
    </>
  );
}

function InvoiceRow({ invoice }: { invoice: InvoiceSummary }) {
  const { id, number, period, plan, totalMicros, issuedAt } = invoice;
  return (
    <Row>
      <Cell>
        <Link to={invoicePath(id)} prefetch="intent" {...rowLink}>
          {formatMonth(period)}
        </Link>
      </Cell>
      <Cell className="tabular whitespace-nowrap">{number}</Cell>
      <Cell className="hidden sm:table-cell">{plans[plan].label}</Cell>
      <Cell className="hidden whitespace-nowrap sm:table-cell">{formatDay(issuedAt.slice(0, 10))}</Cell>
      <Cell numeric>
        <span className="text-ink">{formatMoney(totalMicros)}</span>
      </Cell>
    </Row>
  );
}
