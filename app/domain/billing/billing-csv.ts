import { DOLLAR } from "../catalogue.ts";
import { csvRow, type Decimal } from "../csv.ts";
import type { Period, StatementLine, Totals } from "./schema.ts";

interface CsvOptions extends Totals {
  /** Empty for a month that is not over. */
  number: string;
  period: Period;
  billedTo: string;
}

const header = [
  ...["invoice", "billed_to", "period", "kind", "item", "description", "quantity", "unit"],
  ...["unit_price_usd", "amount_usd", "amount_micros"],
];

/**
 * A statement or an invoice as RFC 4180 has it, its total in the last line. Dollars have as many decimals as
 * their amounts need, two at least.
 */
export function billingCsv({ number, period, billedTo, lines, totalMicros }: CsvOptions): string {
  const rows = lines.map(
    ({ kind, item, description, quantity, unit, unitPriceMicros, ...line }: StatementLine) => [
      ...[number, billedTo, line.period, kind, item, description],
      ...[quantity, unit, dollars(unitPriceMicros), dollars(line.amountMicros), line.amountMicros],
    ],
  );
  const total = [
    ...[number, billedTo, period, "total", null, "Total", null, null, null],
    ...[dollars(totalMicros), totalMicros],
  ];
  return [header, ...rows, total].map(csvRow).join("");
}

/** 529400000 → "529.40". Written out from whole numbers: a fraction would lose its last digits. */
function dollars(micros: number): Decimal {
  const whole = Math.trunc(Math.abs(micros) / DOLLAR);
  const fraction = String(Math.abs(micros) % DOLLAR)
    .padStart(6, "0")
    .replace(/0{1,4}$/, "");
  return { decimal: `${micros < 0 ? "-" : ""}${whole}.${fraction}` };
}
