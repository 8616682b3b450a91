const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** How long to wait on average after the first, second … failed attempt of a message. */
export const meanDelaysMs = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
] as const;

/** After the last of them the message is given up. */
export const maxAttempts = meanDelaysMs.length + 1;

export const maxRetryAfterMs = 24 * HOUR_MS;
const minDelayMs = SECOND_MS;

/**
 * The wait after a failed attempt. Full jitter (anything from nothing to twice the mean), so that
 * endpoints which failed together do not come back together
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter).
 * @param attempt from 1
 * @param random from 0 to 1
 * @param retryAfterMs what the endpoint asked for; it is not tried sooner
 * @param means after the last of them all waits are as long as it
 */
export function delayAfterMs(
  attempt: number,
  random: number,
  retryAfterMs = 0,
  means: readonly number[] = meanDelaysMs,
): number {
  const mean = means[Math.min(attempt, means.length) - 1] ?? meanDelaysMs[0];
  return Math.max(minDelayMs, Math.round(2 * mean * random), Math.min(retryAfterMs, maxRetryAfterMs));
}

/** `Retry-After` in seconds or as a date (RFC 9110, 10.2.3); 0 for none, or for what is neither. */
export function parseRetryAfterMs(header: string | undefined, nowMs: number): number {
  const text = header?.trim() ?? "";
  if (/^\d{1,10}$/.test(text)) return Math.min(Number(text) * SECOND_MS, maxRetryAfterMs);
  // A date has its weekday and month in words; what Date.parse makes of other texts is a guess.
  if (!/^[A-Z][a-z]{2,8},? .*\d{2}:\d{2}:\d{2}/.test(text)) return 0;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? 0 : Math.min(Math.max(0, atMs - nowMs), maxRetryAfterMs);
}
