import { waitInWords } from "../auth/wait-in-words.ts";
import { AppError } from "../errors.ts";
import type { LimitName, RateLimit } from "./limit-settings.ts";

/** What a limit says of one request. */
export interface Verdict extends RateLimit {
  limit: LimitName;
  isWithin: boolean;
  /** How many more the window has, as far as this process knows. */
  remaining: number;
  /** Until the window ends and all of `requests` are there again. */
  resetMs: number;
}

/** The one that stands more in the way: a refusal, else whichever has less left. */
export function tighterOf(one: Verdict, other: Verdict): Verdict {
  if (one.isWithin !== other.isWithin) return one.isWithin ? other : one;
  return other.remaining < one.remaining ? other : one;
}

const whose: Record<LimitName, string> = {
  user: "requests of one person",
  tenant: "requests of one organisation",
  api_key: "requests with one API key",
  address: "requests from one address without a sign-in",
  sign_in: "sign-ins from one address",
  asks: "questions to agents",
  channel_tests: "tests of channels",
  alert_checks: "checks for alerts",
};

/** Whole seconds, at least one. */
export const secondsUntil = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));

/** The error for a request that is over its limit. */
export function refusalOf({ limit, requests, windowMs, resetMs }: Verdict): AppError {
  const retryAfterSeconds = secondsUntil(resetMs);
  return new AppError(
    "rate_limited",
    `There were more than ${requests} ${whose[limit]} in ${waitInWords(secondsUntil(windowMs))}. Please try again in ${waitInWords(retryAfterSeconds)}.`,
    { retryAfterSeconds, extensions: { limit } },
  );
}
