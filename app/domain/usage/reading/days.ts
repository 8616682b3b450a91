/** Days and months as usage is counted by: of UTC, written `2026-03-01` and `2026-03`. */
const DAY_MS = 86_400_000;

export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

export const addDays = (day: string, days: number): string => dayOf(Date.parse(day) + days * DAY_MS);

/** How many days there are from one to another, both included. */
export const daysBetween = (first: string, last: string): number =>
  Math.round((Date.parse(last) - Date.parse(first)) / DAY_MS) + 1;

export const daysFrom = (first: string, count: number): string[] =>
  Array.from({ length: Math.max(0, count) }, (_, n) => addDays(first, n));

export const monthOf = (day: string): string => day.slice(0, 7);

export const addMonths = (month: string, months: number): string => {
  const at = new Date(`${month}-01T00:00:00Z`);
  at.setUTCMonth(at.getUTCMonth() + months);
  return at.toISOString().slice(0, 7);
};

export const firstDayOf = (month: string): string => `${month}-01`;
export const lastDayOf = (month: string): string => addDays(firstDayOf(addMonths(month, 1)), -1);

/** Days on which something can be compared with the time before: those that are over. */
export interface ComparedDays {
  current: [first: string, last: string];
  before: [first: string, last: string];
}

/**
 * The month's days that are over, and as many of the month before. Of a month that is over all of
 * both; undefined while the first day lasts.
 */
export function comparedInMonth(month: string, today: string): ComparedDays | undefined {
  const last = monthOf(today) === month ? addDays(today, -1) : lastDayOf(month);
  const first = firstDayOf(month);
  if (last < first) return undefined;
  const monthBefore = addMonths(month, -1);
  const isWhole = last === lastDayOf(month);
  const lastBefore = addDays(firstDayOf(monthBefore), daysBetween(first, last) - 1);
  const endBefore = lastDayOf(monthBefore);
  return {
    current: [first, last],
    before: [firstDayOf(monthBefore), isWhole || lastBefore > endBefore ? endBefore : lastBefore],
  };
}

/** A window of days and the same number of days before it. */
export interface UsageDays {
  first: string;
  last: string;
  beforeFirst: string;
  beforeLast: string;
  count: number;
}

export function withDaysBefore(first: string, last: string): UsageDays {
  const count = daysBetween(first, last);
  return { first, last, count, beforeFirst: addDays(first, -count), beforeLast: addDays(first, -1) };
}
