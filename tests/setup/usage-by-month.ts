const DAYS_OF_MONTH = 31;

interface ByMonthOptions {
  /** SQL: rows with a `day`, such as a roll-up by day or the events themselves. */
  from: string;
  /** SQL: what a month's rows are told apart by. */
  keys: readonly string[];
  /** SQL: what is summed up by day; each becomes an array. */
  amounts: readonly string[];
}

/**
 * SQL: rows by day as rows by month, the way the metering keeps them, but by another way: the month, the
 * keys, and for each amount an array of 31 days.
 */
export function usageByMonth({ from, keys, amounts }: ByMonthOptions): string {
  const arrays = amounts.map((amount) => {
    const days = Array.from(
      { length: DAYS_OF_MONTH },
      (_, n) => `coalesce(sum(${amount}) filter (where day_of_month = ${n + 1}), 0)::bigint`,
    );
    return `array[${days.join(", ")}]`;
  });
  const groups = Array.from({ length: keys.length + 1 }, (_, n) => n + 1);
  return `
    select date_trunc('month', day)::date, ${[...keys, ...arrays].join(", ")}
    from (select used.*, extract(day from day)::int as day_of_month from (${from}) used) used
    group by ${groups.join(", ")}`;
}

const tokensAndCost = ["input_tokens + output_tokens", "cost_micros"];

/** SQL: what `usage_months`, `usage_user_months` and `usage_tool_months` have, from rows by day that have it all. */
export const usageMonthsOf = (from: string): string =>
  usageByMonth({
    from,
    keys: ["tenant_id", "agent_id", "terms_from", "model", "provider", "model_tier"],
    amounts: tokensAndCost,
  });
export const usageUserMonthsOf = (from: string): string =>
  usageByMonth({ from, keys: ["tenant_id", "user_id"], amounts: tokensAndCost });
export const usageToolMonthsOf = (from: string): string =>
  usageByMonth({ from, keys: ["tenant_id", "agent_id", "tool"], amounts: ["calls"] });
