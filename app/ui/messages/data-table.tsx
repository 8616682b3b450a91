import { cx } from "../primitives/cx.ts";

type Row = Record<string, unknown>;

const shownRows = 100;
const mostColumns = 12;

/** Data as table rows: a list of flat objects that share few columns; undefined when it is not one. */
export function toRows(data: unknown): Row[] | undefined {
  if (!Array.isArray(data) || data.length === 0) return undefined;
  const rows = data.filter(isFlat);
  if (rows.length !== data.length) return undefined;
  return columnsOf(rows).length <= mostColumns ? rows : undefined;
}

const isFlat = (value: unknown): value is Row =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((cell) => cell === null || typeof cell !== "object");

const columnsOf = (rows: Row[]): string[] => [...new Set(rows.slice(0, shownRows).flatMap(Object.keys))];

/** Tabular data from a message. Scrolls sideways on its own, never the page. */
export function DataTable({ rows }: { rows: Row[] }) {
  const columns = columnsOf(rows);
  const shown = rows.slice(0, shownRows);
  const numeric = new Set(columns.filter((column) => shown.every((row) => typeof row[column] === "number")));
  return (
    <div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section aria-label="Data" tabIndex={0} className="scroll-quiet overflow-x-auto rounded border">
        <table className="w-full text-sm">
          <thead className="border-b bg-canvas text-left text-xs text-ink-muted">
            <tr>
              {columns.map((column) => (
                <th
                  key={column}
                  scope="col"
                  className={cx(
                    "whitespace-nowrap px-3 py-2 font-medium",
                    numeric.has(column) && "text-right",
                  )}
                >
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y">
            {shown.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the rows of a message never change or move
              <tr key={index}>
                {columns.map((column) => (
                  <td
                    key={column}
                    className={cx("px-3 py-1.5", numeric.has(column) ? "tabular text-right" : "min-w-24")}
                  >
                    {show(row[column])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {rows.length > shownRows && (
        <p className="mt-2 text-xs text-ink-muted">
          The first {shownRows} of {rows.length} rows. The JSON has them all.
        </p>
      )}
    </div>
  );
}

const show = (cell: unknown): string => (cell === null || cell === undefined ? "–" : String(cell));
