const units = ["B", "kB", "MB", "GB", "TB"] as const;

/** A size in the unit that it is read in: "980 B", "84 MB", "1.2 GB"; by thousands. */
export function sizeInWords(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? Math.round(value * 10) / 10 : Math.round(value)} ${units[unit]}`;
}
