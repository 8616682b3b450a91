/** SQL for a time as ISO 8601 in UTC, whatever date parser the driver has. */
export const isoTime = (column: string): string =>
  `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
