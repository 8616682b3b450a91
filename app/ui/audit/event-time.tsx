import { useTimeZone } from "../primitives/relative-time.tsx";

interface Formats {
  day: Intl.DateTimeFormat;
  clock: Intl.DateTimeFormat;
}

const formats = new Map<string, Formats>();

/** A format is dear to make, and a page has fifty times. */
function formatsOf(timeZone: string | undefined): Formats {
  const known = formats.get(timeZone ?? "");
  if (known !== undefined) return known;
  const made = {
    day: new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone }),
    clock: new Intl.DateTimeFormat("en-GB", {
      ...{ hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone },
    }),
  };
  formats.set(timeZone ?? "", made);
  return made;
}

/**
 * When something happened, in the viewer's zone; in UTC, to the microsecond, on hover. Where there is no room
 * for both, the time of day stands below the day.
 */
export function EventTime({ at }: { at: string }) {
  const zone = useTimeZone();
  const { day, clock } = formatsOf(zone);
  const atMs = Date.parse(at);
  return (
    <time dateTime={at} title={`${at.replace("T", " ").replace("Z", "")} UTC`} className="tabular">
      <span className="whitespace-nowrap">{`${day.format(atMs)},`}</span>{" "}
      <span className="whitespace-nowrap">{clock.format(atMs)}</span>
    </time>
  );
}
