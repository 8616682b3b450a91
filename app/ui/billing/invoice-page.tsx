import { Printer } from "lucide-react";
import type { InvoiceView } from "#app/domain/billing/schema.ts";
import { plans } from "../platform/tenant-words.ts";
import { Button } from "../primitives/button.tsx";
import { Fact, Facts } from "../primitives/facts.tsx";
import { formatDay, formatMoney, formatMonth } from "../primitives/format.ts";
import { PageHeader } from "../primitives/page-header.tsx";
import { Panel } from "../primitives/panel.tsx";
import { invoiceCsvPath } from "./billing-paths.ts";
import { CsvLink } from "./csv-link.tsx";
import { StatementTable } from "./statement-table.tsx";

/** One invoice, also for paper: what can be done with it is left off there. */
export function InvoicePage({ invoice }: { invoice: InvoiceView }) {
  const { id, number, period, plan, billedTo, issuedAt, lines, totalMicros } = invoice;
  return (
    <div className="mx-auto max-w-4xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8 print:max-w-none print:p-0">
      <PageHeader
        title={`Invoice ${number}`}
        description={`Signalbox, ${formatMonth(period)}`}
        actions={
          <>
            <Button
              className="needs-script print:hidden"
              icon={<Printer aria-hidden="true" className="size-4" />}
              onClick={() => window.print()}
            >
              Print
            </Button>
            <CsvLink to={invoiceCsvPath(id)} />
          </>
        }
      />
      <div className="space-y-6">
        <Panel className="print:break-inside-avoid">
          <Facts>
            <Fact name="Billed to">{billedTo}</Fact>
            <Fact name="Month">{formatMonth(period)}</Fact>
            <Fact name="Plan">{plans[plan].label}</Fact>
            <Fact name="Issued">{formatDay(issuedAt.slice(0, 10))}</Fact>
            <Fact name="Total">
              <strong className="tabular font-semibold">{formatMoney(totalMicros)}</strong>
            </Fact>
          </Facts>
        </Panel>
        <Panel flush>
          <StatementTable caption={`Lines of invoice ${number}`} lines={lines} totalMicros={totalMicros} />
        </Panel>
        <p className="text-sm text-ink-muted">
          Months are of UTC. A price that held for a part of the month is charged for that part. All amounts
          are in US dollars.
        </p>
      </div>
    </div>
  );
}
