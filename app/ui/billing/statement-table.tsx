import type { StatementLine } from "#app/domain/billing/schema.ts";
import { formatMoney } from "../primitives/format.ts";
import { Cell, HeaderCell, Row, Table } from "../primitives/table.tsx";

interface StatementTableProps {
  caption: string;
  lines: readonly StatementLine[];
  totalMicros: number;
}

const quantities = new Intl.NumberFormat("en-US", { maximumFractionDigits: 4 });

/** Beneath it a quantity would be shown as none. */
const leastShown = 0.0001;

/** "3.1 M tokens", "5", "0.5": shares of a month stand as they are. */
function quantityInWords({ quantity, unit }: StatementLine): string {
  const isTiny = quantity !== 0 && Math.abs(quantity) < leastShown;
  const number = isTiny ? `< ${quantities.format(leastShown)}` : quantities.format(quantity);
  return `${number}${unit === "million_tokens" ? " M tokens" : ""}`;
}

const priceInWords = ({ kind, unitPriceMicros, unit }: StatementLine): string =>
  kind === "included"
    ? "in the plan"
    : `${formatMoney(unitPriceMicros)} / ${unit === "month" ? "month" : "M"}`;

/** The lines of a statement or an invoice, and their sum. */
export function StatementTable({ caption, lines, totalMicros }: StatementTableProps) {
  return (
    <Table
      caption={caption}
      head={
        <>
          <HeaderCell>Description</HeaderCell>
          <HeaderCell numeric className="hidden sm:table-cell print:table-cell">
            Quantity
          </HeaderCell>
          <HeaderCell numeric className="hidden sm:table-cell print:table-cell">
            Price
          </HeaderCell>
          <HeaderCell numeric>Amount</HeaderCell>
        </>
      }
    >
      {lines.map((line) => (
        <Row key={`${line.kind} ${line.item} ${line.period}`}>
          <Cell>
            <span className="text-ink">{line.description}</span>
            <span className="tabular block text-xs text-ink-muted sm:hidden print:hidden">
              {quantityInWords(line)} {line.kind === "included" ? "" : "× "}
              {priceInWords(line)}
            </span>
          </Cell>
          <Cell numeric className="hidden whitespace-nowrap sm:table-cell print:table-cell">
            {quantityInWords(line)}
          </Cell>
          <Cell numeric className="hidden whitespace-nowrap sm:table-cell print:table-cell">
            {priceInWords(line)}
          </Cell>
          <Cell numeric className="whitespace-nowrap">
            <span className="text-ink">{formatMoney(line.amountMicros)}</span>
          </Cell>
        </Row>
      ))}
      <tr className="font-semibold text-ink">
        <th scope="row" className="px-4 py-3 text-left text-sm font-semibold sm:px-5">
          Total
        </th>
        <td className="hidden sm:table-cell print:table-cell" />
        <td className="hidden sm:table-cell print:table-cell" />
        <td className="tabular whitespace-nowrap px-4 py-3 text-right text-base sm:pr-5">
          {formatMoney(totalMicros)}
        </td>
      </tr>
    </Table>
  );
}
