import { parseId, toTypeId, toUuid } from "#db/ids.ts";

/** Where a list of events stopped: in order of time, to the microsecond, then of id. */
export interface AuditPlace {
  /** ISO 8601 in UTC with six decimals. A Date would lose three of them, and the list get stuck. */
  at: string;
  uuid: string;
}

const microseconds = /^\d{1,16}$/;

/** `1732716000123456-01h…`: microseconds since 1970, and the suffix of the event's id. */
export function encodePlace({ at, uuid }: AuditPlace): string {
  const micros = BigInt(Date.parse(`${at.slice(0, 23)}Z`)) * 1_000n + BigInt(at.slice(23, 26));
  return `${micros}-${toTypeId("evt", uuid).slice(4)}`;
}

/** The inverse of `encodePlace`; undefined for what cannot be one of ours. */
export function decodePlace(cursor: string): AuditPlace | undefined {
  const hyphen = cursor.indexOf("-");
  const [micros, suffix] = [cursor.slice(0, Math.max(0, hyphen)), cursor.slice(hyphen + 1)];
  const id = parseId(`evt_${suffix}`, "evt");
  if (id === undefined || !microseconds.test(micros)) return undefined;
  const value = BigInt(micros);
  const ms = Number(value / 1_000n);
  // Years of more than four digits are written differently.
  if (ms >= 253_402_300_800_000) return undefined;
  const at = `${new Date(ms).toISOString().slice(0, 23)}${String(value % 1_000n).padStart(3, "0")}Z`;
  return { at, uuid: toUuid(id) };
}
