import { formatExact, useTimeZone } from "../primitives/relative-time.tsx";

/** The time of day to the second, in the reader's zone, with the whole of it on hover. */
export function ClockTime({ at }: { at: string }) {
  const zone = useTimeZone();
  const atMs = Date.parse(at);
  const text = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium", timeZone: zone }).format(atMs);
  return (
    <time dateTime={at} title={formatExact(atMs, zone)} className="tabular">
      {text}
    </time>
  );
}

/** The day of a message, as it begins in the reader's zone. */
export function useDayOf(): (at: string) => string {
  const zone = useTimeZone();
  const days = new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: zone,
  });
  return (at) => days.format(Date.parse(at));
}

/** How long after the message before it: "+340 ms", "+1.4 s", "+12 min", "+3 h"; from a day on the date says it. */
export function formatLag(fromAt: string, at: string): string | undefined {
  const ms = Date.parse(at) - Date.parse(fromAt);
  if (ms < 0 || ms >= 24 * 3_600_000) return undefined;
  if (ms < 1_000) return `+${ms} ms`;
  if (ms < 60_000) return `+${(ms / 1_000).toFixed(1)} s`;
  if (ms < 3_600_000) return `+${Math.round(ms / 60_000)} min`;
  return `+${Math.round(ms / 3_600_000)} h`;
}
