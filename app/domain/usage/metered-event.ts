import { type ModelTier, unitsOfToken } from "../catalogue.ts";
import { estimateCost, pricesOfModel } from "./cost-estimate.ts";
import { dayOf, hourOf, type Period, periodOf } from "./period.ts";
import type { PreparedUsage } from "./prepared-usage.ts";
import type { Terms } from "./read-terms.server.ts";

/** An event that is about to be counted: with all that follows from its time and its agent's terms. */
export interface MeteredEvent {
  usage: PreparedUsage;
  termsFrom: string;
  modelTier: ModelTier;
  provider: string;
  /** That count: input and output. */
  tokens: number;
  units: number;
  costMicros: number;
  period: Period;
  /** When it occurred: the day, and when the hour began (ISO 8601). */
  day: string;
  hour: string;
  dayOfMonth: number;
  /** Its month was over when it came. */
  late: boolean;
}

type Hour = Pick<MeteredEvent, "hour" | "day" | "dayOfMonth" | "period" | "late">;

/** Knows what hours are called: events of a batch are of few, and dates cost more than all the rest of an event. */
export function createHours(nowMs: number): (atMs: number) => Hour {
  const thisMonth = periodOf(nowMs);
  const known = new Map<number, Hour>();
  return (atMs) => {
    const beganMs = hourOf(atMs);
    const hour = known.get(beganMs) ?? hourAt(beganMs, thisMonth);
    known.set(beganMs, hour);
    return hour;
  };
}

function hourAt(beganMs: number, thisMonth: Period): Hour {
  const period = periodOf(beganMs);
  const began = new Date(beganMs);
  return {
    hour: began.toISOString(),
    dayOfMonth: began.getUTCDate(),
    day: dayOf(beganMs),
    period,
    late: period < thisMonth,
  };
}

/** What an event counts as, by the terms that held when it occurred. */
export function meter(
  usage: PreparedUsage,
  { termsFrom, modelTier }: Terms,
  { hour, day, dayOfMonth, period, late }: Hour,
): MeteredEvent {
  const { event } = usage;
  const tokens = event.inputTokens + event.outputTokens;
  return {
    usage,
    termsFrom,
    modelTier,
    tokens,
    hour,
    day,
    dayOfMonth,
    period,
    late,
    provider: event.provider ?? pricesOfModel(event.model)?.provider ?? "other",
    units: tokens * unitsOfToken[modelTier],
    costMicros: event.costMicros ?? estimateCost(event.model, modelTier, event),
  };
}
