/** A roll-up's month is a row, with its days in arrays: element n - 1 is its nth day, of 31 in every month. */
export const DAYS_OF_MONTH = 31;

interface InMonth {
  /** From 1. */
  dayOfMonth: number;
}

interface Adding<One extends InMonth, Amount extends string> {
  /** Those with the same name are of the same row. */
  nameOf: (one: One) => string;
  /** Asked for the first of each row. */
  keyOf: (one: One) => Record<string, string>;
  amounts: Record<Amount, (one: One) => number>;
}

/** A row for those that have the same name, with each amount by the day of its month. */
export function addUpByDay<One extends InMonth, Amount extends string>(
  all: readonly One[],
  { nameOf, keyOf, amounts }: Adding<One, Amount>,
): Record<string, string | number[]>[] {
  const columns = Object.entries<(one: One) => number>(amounts);
  const rows = new Map<string, { key: Record<string, string>; days: number[][] }>();
  for (const one of all) {
    const name = nameOf(one);
    let row = rows.get(name);
    if (row === undefined) {
      row = { key: keyOf(one), days: columns.map(() => Array<number>(DAYS_OF_MONTH).fill(0)) };
      rows.set(name, row);
    }
    const index = one.dayOfMonth - 1;
    for (const [n, days] of row.days.entries())
      days[index] = (days[index] ?? 0) + (columns[n]?.[1](one) ?? 0);
  }
  return [...rows.values()].map(({ key, days }) => ({
    ...key,
    ...Object.fromEntries(columns.map(([name], n) => [name, days[n] ?? []])),
  }));
}
