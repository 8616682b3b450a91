import type { Sql } from "#db/database.ts";
import type { Fragment } from "./usage-reach.server.ts";

// Roll-ups by the month have its days in arrays (`../months.ts`). A slice that reaches beyond its array is
// what of it lies within, so that months at the ends of a window need no case of their own.

interface ArrayOfDays {
  table: string;
  column: "tokens_by_day" | "cost_by_day" | "calls_by_day";
}

/**
 * SQL: what a row's month has of the days from one to another, both included. Unnested in a select list, which
 * takes a third less than in a FROM: there the elements are stored before they are summed.
 */
export const sumOfDays = (
  sql: Sql,
  { table, column }: ArrayOfDays,
  [first, last]: readonly [first: string, last: string],
): Fragment => {
  const [days, month] = [sql`${sql(table)}.${sql(column)}`, sql`${sql(table)}.month`];
  return sql`(
    select coalesce(sum(amount), 0)
    from (select unnest(${days}[${first}::date - ${month} + 1 : ${last}::date - ${month} + 1]) as amount) slice
  )`;
};

/** SQL: whether a row's month has any of the days from one to another. */
export const hasDaysOf = (
  sql: Sql,
  table: string,
  [first, last]: readonly [first: string, last: string],
): Fragment => sql`${sql(table)}.month between date_trunc('month', ${first}::date)::date and ${last}::date`;
