import { z } from "zod";
import type { StoredEvent } from "../sealed-event.ts";
import type { Signed } from "../statements.ts";

/**
 * An archive is lines of JSON, compressed with gzip: what it is (signed), then each seal with the hashes
 * of its events and, one a line, the events in their order; last, how much that was. It can be checked by
 * itself, with nothing but the public key.
 */
const time = z.string();
const hex32 = z.string().regex(/^[0-9a-f]{64}$/);

export const archiveStatementSchema = z.strictObject({
  type: z.literal("signalbox.archive.1"),
  tenant: z.string(),
  archive: z.string(),
  firstSeal: z.int().min(1),
  lastSeal: z.int().min(1),
  /** Digests of the seal before the first, and of the last. */
  previous: hex32.nullable(),
  last: hex32,
  events: z.int().min(1),
  fromAt: time,
  toAt: time,
  kid: z.string(),
});
export type ArchiveStatement = z.output<typeof archiveStatementSchema>;

/** What is left of an archive that was deleted. */
export const expiryStatementSchema = archiveStatementSchema.extend({
  type: z.literal("signalbox.expiry.1"),
  sha256: hex32,
  expiredAt: time,
});
export type ExpiryStatement = z.output<typeof expiryStatementSchema>;

const nullable = z.string().nullable();
const eventSchema = z.strictObject({
  id: z.string(),
  occurredAt: time,
  generation: z.int(),
  xid: z.string(),
  actorKind: z.string(),
  actorId: nullable,
  action: z.string(),
  resourceType: z.string(),
  resourceId: nullable,
  status: z.string(),
  requestId: nullable,
  correlationId: nullable,
  details: z.string(),
  commitment: nullable,
  salt: nullable,
  actorName: nullable,
  resourceName: nullable,
  ipHash: nullable,
  erasableDetails: nullable,
});

const signedSchema = z.strictObject({ statement: z.string(), signature: z.base64() });

const lineSchema = z.union([
  z.strictObject({ archive: signedSchema }),
  z.strictObject({ seal: signedSchema.extend({ leaves: z.base64() }) }),
  z.strictObject({ event: eventSchema }),
  z.strictObject({ end: z.strictObject({ seals: z.int(), events: z.int() }) }),
]);
type Line = z.output<typeof lineSchema>;

export const headerLine = (signed: Signed): string => `${JSON.stringify({ archive: toJson(signed) })}\n`;

export const sealLine = (signed: Signed, leaves: Buffer): string =>
  `${JSON.stringify({ seal: { ...toJson(signed), leaves: leaves.toString("base64") } })}\n`;

export function eventLine({ tenantId: _, ...event }: StoredEvent): string {
  return `${JSON.stringify({ event })}\n`;
}

export const endLine = (counts: { seals: number; events: number }): string =>
  `${JSON.stringify({ end: counts })}\n`;

/** Undefined for what is no line of an archive. */
export function readLine(text: string): Line | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const toJson = ({ statement, signature }: Signed) => ({ statement, signature: signature.toString("base64") });

export const toSigned = ({ statement, signature }: { statement: string; signature: string }): Signed => ({
  statement,
  signature: Buffer.from(signature, "base64"),
});
