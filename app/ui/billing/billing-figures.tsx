import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import type { BillingOverview } from "#app/domain/billing/schema.ts";
import { formatDay, formatMoney, formatMonth } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";
import { invoicePath } from "./billing-paths.ts";

/** What the month costs as things stand, has cost, may cost, and what the last one did. */
export function BillingFigures({ overview }: { overview: BillingOverview }) {
  const { totalMicros, accruedMicros, forecast, lastMonth, nextBillingDate, base } = overview;
  return (
    <Panel flush className="overflow-hidden">
      <dl className="grid grid-cols-2 gap-px bg-line lg:grid-cols-4">
        <Figure name="This month" value={formatMoney(totalMicros)}>
          Of which {formatMoney(base.amountMicros)} are the plan; due {formatDay(nextBillingDate)}
        </Figure>
        <Figure name="So far" value={formatMoney(accruedMicros)}>
          Used by now, to the minute
        </Figure>
        <Figure name="Forecast" value={formatMoney(forecast.totalMicros)}>
          {forecast.totalMicros === totalMicros
            ? "No more overage to expect"
            : `At the pace of the last ${forecast.paceDays} days`}
        </Figure>
        <Figure name="Last month" value={lastMonth === null ? "–" : formatMoney(lastMonth.totalMicros)}>
          <LastMonth lastMonth={lastMonth} />
        </Figure>
      </dl>
    </Panel>
  );
}

function LastMonth({ lastMonth }: Pick<BillingOverview, "lastMonth">) {
  if (lastMonth === null) return "There was none";
  const month = formatMonth(lastMonth.period);
  if (lastMonth.invoiceId === null) return `${month}, not invoiced yet`;
  return (
    <Link
      to={invoicePath(lastMonth.invoiceId)}
      prefetch="intent"
      className="underline decoration-line-strong underline-offset-2 hover:decoration-current"
    >
      Invoice of {month}
    </Link>
  );
}

function Figure({ name, value, children }: { name: string; value: string; children: ReactNode }) {
  return (
    <div className="bg-surface px-4 py-4 sm:px-5">
      <dt className="truncate text-sm font-medium">{name}</dt>
      <dd className="tabular mt-2 text-xl font-semibold sm:text-2xl">{value}</dd>
      <dd className="tabular mt-0.5 text-xs text-ink-muted">{children}</dd>
    </div>
  );
}
