/** Months, days and hours of UTC: what usage is counted and billed by. Client-safe. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A month, as its first day: `2026-03-01`. */
export type Period = string;

/** The month that an instant is in. */
export const periodOf = (atMs: number): Period => `${new Date(atMs).toISOString().slice(0, 7)}-01`;

/** The day that an instant is in: `2026-03-09`. */
export const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

/** When the hour of an instant began. */
export const hourOf = (atMs: number): number => Math.floor(atMs / HOUR_MS) * HOUR_MS;

/** So many months later; earlier for a negative number. */
export function addMonths(period: Period, months: number): Period {
  const start = new Date(startOf(period));
  return periodOf(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + months));
}

/** When the month begins, and when it is over: the next one's beginning. */
export const boundsOf = (period: Period): { startMs: number; endMs: number } => ({
  startMs: startOf(period),
  endMs: startOf(addMonths(period, 1)),
});

/** How many days the month has. */
export function daysIn(period: Period): number {
  const { startMs, endMs } = boundsOf(period);
  return (endMs - startMs) / DAY_MS;
}

/** The day on which what an instant's month costs is billed: the first of the next. */
export const nextBillingDate = (atMs: number): string => addMonths(periodOf(atMs), 1);

function startOf(period: Period): number {
  if (!/^\d{4}-(0[1-9]|1[0-2])-01$/.test(period)) throw new RangeError(`${period} is no month's first day`);
  return Date.parse(`${period}T00:00:00Z`);
}
