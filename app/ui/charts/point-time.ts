const dayMs = 86_400_000;

/** How far apart the points of a chart are; a minute where there are too few to tell. */
export function stepMsOf(points: readonly { at: string }[]): number {
  const [first, second] = points;
  return first === undefined || second === undefined ? 60_000 : Date.parse(second.at) - Date.parse(first.at);
}

/**
 * A point's time as finely as its chart needs it: "14:03", "12 Mar, 14:00" where the chart is of
 * several days, or "12 Mar" where a point is a day. Days are UTC's everywhere, since they are
 * counted so.
 */
export function formatPointTime(
  at: string,
  stepMs: number,
  timeZone: string | undefined,
  isOfDays = false,
): string {
  const day = { day: "numeric", month: "short" } as const;
  const time = { hour: "2-digit", minute: "2-digit" } as const;
  const isDay = stepMs >= dayMs;
  return new Intl.DateTimeFormat("en-GB", {
    ...(isDay ? day : isOfDays ? { ...day, ...time } : time),
    timeZone: isDay ? "UTC" : timeZone,
  }).format(Date.parse(at));
}
