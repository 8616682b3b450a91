import { invalidInput } from "../../errors.ts";
import { type Grain, maxWindowDays, type StatisticsQuery, type StatisticsWindow } from "./schema.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export const grainMs: Record<Grain, number> = { hour: HOUR_MS, day: DAY_MS };

/** Longer ones are shown by the day. */
const maxHourlyMs = 8 * DAY_MS;

const steps: Record<StatisticsWindow, { count: number; grain: Grain }> = {
  "24h": { count: 24, grain: "hour" },
  "7d": { count: 7 * 24, grain: "hour" },
  "30d": { count: 30, grain: "day" },
  "90d": { count: 90, grain: "day" },
};

/** A time that roll-ups can tell; both ends are on the hour, `fromMs` on its grain. */
export interface Window {
  fromMs: number;
  toMs: number;
  grain: Grain;
}

const floor = (ms: number, stepMs: number): number => Math.floor(ms / stepMs) * stepMs;
const ceil = (ms: number, stepMs: number): number => Math.ceil(ms / stepMs) * stepMs;

/**
 * The window asked for, widened to the whole hours or days that are counted.
 * @throws AppError invalid_input for one that is too long or has not begun.
 */
export function windowOf({ window, from, to }: StatisticsQuery, nowMs: number): Window {
  if (from === undefined) {
    const { count, grain } = steps[window ?? "24h"];
    const stepMs = grainMs[grain];
    return upToNow(floor(nowMs, stepMs) - (count - 1) * stepMs, grain, nowMs);
  }
  if (from > nowMs) throw invalidInput("query.from", "Must not be later than now");
  const endMs = to ?? nowMs;
  if (endMs - from > maxWindowDays * DAY_MS)
    throw invalidInput(
      to === undefined ? "query.from" : "query.to",
      `A window has at most ${maxWindowDays} days`,
    );
  const grain = Math.min(endMs, nowMs) - from <= maxHourlyMs ? "hour" : "day";
  const fromMs = floor(from, grainMs[grain]);
  const toMs = ceil(endMs, grainMs[grain]);
  return toMs > nowMs ? upToNow(fromMs, grain, nowMs) : { fromMs, toMs, grain };
}

const upToNow = (fromMs: number, grain: Grain, nowMs: number): Window => ({
  fromMs,
  toMs: floor(nowMs, HOUR_MS) + HOUR_MS,
  grain,
});

/** When the points of a window's series begin. */
export function pointsOf({ fromMs, toMs, grain }: Window): number[] {
  const stepMs = grainMs[grain];
  return Array.from({ length: Math.ceil((toMs - fromMs) / stepMs) }, (_, n) => fromMs + n * stepMs);
}

/** Parties are counted by the week as well, which begins on a Monday. */
export type SpanGrain = Grain | "week";

/** A stretch of one grain's rows. */
export interface Span {
  grain: SpanGrain;
  fromMs: number;
  toMs: number;
}

const WEEK_MS = 7 * DAY_MS;
/** The first Monday of 1970. */
const MONDAY_MS = 4 * DAY_MS;

const spanSteps = {
  hour: { stepMs: HOUR_MS, originMs: 0 },
  day: { stepMs: DAY_MS, originMs: 0 },
  week: { stepMs: WEEK_MS, originMs: MONDAY_MS },
} as const satisfies Record<SpanGrain, object>;

/** The fewest rows that make up a time between two hours: as much by the coarsest grain as fits, what is left by the next. */
export function spansOf(
  fromMs: number,
  toMs: number,
  grains: readonly SpanGrain[] = ["day", "hour"],
): Span[] {
  const [grain = "hour", ...finer] = grains;
  if (fromMs >= toMs) return [];
  if (finer.length === 0) return [{ grain, fromMs, toMs }];
  const { stepMs, originMs } = spanSteps[grain];
  const firstMs = ceil(fromMs - originMs, stepMs) + originMs;
  const lastMs = floor(toMs - originMs, stepMs) + originMs;
  if (firstMs >= lastMs) return spansOf(fromMs, toMs, finer);
  return [
    ...spansOf(fromMs, firstMs, finer),
    { grain, fromMs: firstMs, toMs: lastMs },
    ...spansOf(lastMs, toMs, finer),
  ];
}

/**
 * The stretches of a window in the roll-ups of parties. What is still to come has no rows, so that a
 * window up to now ends with the row of this week.
 */
export const partySpansOf = ({ fromMs, toMs }: Window, nowMs: number): Span[] =>
  spansOf(fromMs, toMs > nowMs ? ceil(toMs - MONDAY_MS, WEEK_MS) + MONDAY_MS : toMs, ["week", "day", "hour"]);

/** The window's hours that are over, and the same hours one window earlier. */
export function comparedOf(
  window: Window,
  nowMs: number,
): { current: [number, number]; before: [number, number] } {
  const endMs = Math.max(window.fromMs, Math.min(window.toMs, floor(nowMs, HOUR_MS)));
  const lengthMs = pointsOf(window).length * grainMs[window.grain];
  return {
    current: [window.fromMs, endMs],
    before: [window.fromMs - lengthMs, endMs - lengthMs],
  };
}
