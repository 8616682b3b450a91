import { invalidInput } from "../../errors.ts";
import { addDays, dayOf, type UsageDays, withDaysBefore } from "./days.ts";
import { maxUsageDays } from "./schema.ts";

const defaultDays = 30;

/**
 * The days asked for, up to today.
 * @throws AppError invalid_input for a window that is too long or has not begun
 */
export function usageDaysOf(
  { from, to }: { from?: string | undefined; to?: string | undefined },
  nowMs: number,
): UsageDays {
  const today = dayOf(nowMs);
  if (from !== undefined && from > today) throw invalidInput("query.from", "Must not be later than today");
  const last = to === undefined || to > today ? today : to;
  const first = from ?? addDays(last, 1 - defaultDays);
  const days = withDaysBefore(first, last);
  if (days.count > maxUsageDays)
    throw invalidInput(
      to === undefined ? "query.from" : "query.to",
      `A window has at most ${maxUsageDays} days`,
    );
  return days;
}
