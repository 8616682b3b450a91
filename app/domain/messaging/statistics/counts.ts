import type { Counts, CountsWithPending } from "./schema.ts";

export const noCounts: Counts = { sent: 0, delivered: 0, blocked: 0, failed: 0, expired: 0 };

/** Sums, as SQL gives them: text, since they are 64 bits wide. */
export type CountsRow = Record<keyof Counts, string>;

/** SQL: the columns of a `CountsRow`. */
export const sumsOf = (table: string): string =>
  Object.keys(noCounts)
    .map((name) => `coalesce(sum(${table}.${name}), 0)::bigint as ${name}`)
    .join(", ");

export const toCounts = ({ sent, delivered, blocked, failed, expired }: CountsRow): Counts => ({
  sent: Number(sent),
  delivered: Number(delivered),
  blocked: Number(blocked),
  failed: Number(failed),
  expired: Number(expired),
});

export const addCounts = (a: Counts, b: Counts): Counts => ({
  sent: a.sent + b.sent,
  delivered: a.delivered + b.delivered,
  blocked: a.blocked + b.blocked,
  failed: a.failed + b.failed,
  expired: a.expired + b.expired,
});

/** What has reached no end yet is the rest. */
export const withPending = ({ sent, delivered, blocked, failed, expired }: Counts): CountsWithPending => ({
  sent,
  delivered,
  blocked,
  failed,
  expired,
  pending: Math.max(0, sent - delivered - blocked - failed - expired),
});

export const errorRateOf = ({ sent, blocked, failed, expired }: Counts): number | null =>
  sent === 0 ? null : (blocked + failed + expired) / sent;

/** The two parts of a comparison; without a row nothing was sent. */
export function comparedFrom(rows: readonly (CountsRow & { part: string })[]): {
  current: Counts;
  before: Counts;
} {
  const countsOf = (name: string): Counts => {
    const row = rows.find(({ part }) => part === name);
    return row === undefined ? noCounts : toCounts(row);
  };
  return { current: countsOf("current"), before: countsOf("before") };
}
