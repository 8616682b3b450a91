const dayMs = 86_400_000;

/** How far apart the points of a chart are; a minute where there are too few to tell. */
export function stepMsOf(points: readonly { at: string }[]): number {
  const [first, second] = points;
  return first === undefined || second === undefined ? 60_000 : Date.parse(second.at) - Date.parse(first.at);
}

/** A point's time as finely as its chart needs it: "14:03", or "12 Mar" where a point is a day. */
export function formatPointTime(at: string, stepMs: number, timeZone: string | undefined): string {
  return new Intl.DateTimeFormat("en-GB", {
    ...(stepMs < dayMs ? { hour: "2-digit", minute: "2-digit" } : { day: "numeric", month: "short" }),
    timeZone,
  }).format(Date.parse(at));
}
