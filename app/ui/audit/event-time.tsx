import { useTimeZone } from "../primitives/relative-time.tsx";

const formats = new Map<string, Intl.DateTimeFormat>();

/** A format is dear to make, and a page has fifty times. */
function formatOf(timeZone: string | undefined): Intl.DateTimeFormat {
  const known = formats.get(timeZone ?? "");
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en-GB", {
    ...{ day: "numeric", month: "short", year: "numeric" },
    ...{ hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone },
  });
  formats.set(timeZone ?? "", format);
  return format;
}

/** When something happened, in the viewer's zone; in UTC, to the microsecond, on hover. */
export function EventTime({ at }: { at: string }) {
  const zone = useTimeZone();
  return (
    <time dateTime={at} title={`${at.replace("T", " ").replace("Z", "")} UTC`} className="tabular">
      {formatOf(zone).format(Date.parse(at))}
    </time>
  );
}
