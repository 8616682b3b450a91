/**
 * A spreadsheet runs a cell that begins like this as a formula; behind an apostrophe it is text.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
const startsFormula = /^[=+\-@\t\r]/;
const needsQuotes = /[",\r\n]/;

/** A text as a cell of RFC 4180 that no spreadsheet runs. Numbers need none of it: they are written as they are. */
export function csvCell(value: string): string {
  const cell = startsFormula.test(value) ? `'${value}` : value;
  return needsQuotes.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** A number as it is to be written: with its decimals, or behind a minus, which is no formula. */
export interface Decimal {
  decimal: string;
}

/** A line of cells: texts are made harmless, numbers stand as they are, null is empty. */
export const csvRow = (cells: readonly (string | number | Decimal | null)[]): string =>
  `${cells.map(written).join(",")}\r\n`;

function written(cell: string | number | Decimal | null): string {
  if (cell === null) return "";
  if (typeof cell === "string") return csvCell(cell);
  return typeof cell === "number" ? String(cell) : cell.decimal;
}
