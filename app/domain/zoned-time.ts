/** Times as they come in. Client-safe. */
import { z } from "zod";

const earliestMs = Date.parse("0001-01-01T00:00:00Z");
const latestMs = Date.parse("9999-12-31T23:59:59.999Z");
/** PostgreSQL takes offsets of up to 15:59. */
const isOffsetKnown = (text: string): boolean => !/[+-](?:1[6-9]|2\d):\d\d$/.test(text);

/** A time with its zone, as ISO 8601 has it; none that PostgreSQL would refuse. */
export const zonedTimeSchema = z.iso
  .datetime({ offset: true, abort: true, error: "Must be an ISO 8601 time with a zone" })
  .refine((text) => Date.parse(text) >= earliestMs && Date.parse(text) <= latestMs && isOffsetKnown(text), {
    error: "Must be a time of the years 1 to 9999, with an offset of less than 16 hours",
  });

/** The same as a browser's form has it, without a zone and perhaps without seconds: UTC. */
export const formTimeSchema = z.preprocess((value) => {
  if (typeof value !== "string" || !/T\d\d:\d\d(:[\d.]+)?$/.test(value)) return value;
  return /T\d\d:\d\d$/.test(value) ? `${value}:00Z` : `${value}Z`;
}, zonedTimeSchema);
