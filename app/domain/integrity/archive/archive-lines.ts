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

/** An event as a file has it: its tenant stands at the file's beginning. */
export type FiledEvent = Omit<StoredEvent, "tenantId">;

const signedSchema = z.strictObject({ statement: z.string(), signature: z.base64() });

const otherLineSchema = z.union([
  z.strictObject({ archive: signedSchema }),
  z.strictObject({ seal: signedSchema.extend({ leaves: z.base64() }) }),
  z.strictObject({ end: z.strictObject({ seals: z.int(), events: z.int() }) }),
]);
type Line = z.output<typeof otherLineSchema> | { event: FiledEvent };

export const headerLine = (signed: Signed): string => `${JSON.stringify({ archive: toJson(signed) })}\n`;

export const sealLine = (signed: Signed, leaves: Buffer): string =>
  `${JSON.stringify({ seal: { ...toJson(signed), leaves: leaves.toString("base64") } })}\n`;

export const eventLine = (event: FiledEvent): string => `${JSON.stringify({ event })}\n`;

export const endLine = (counts: { seals: number; events: number }): string =>
  `${JSON.stringify({ end: counts })}\n`;

/** Undefined for what is no line of an archive. */
export function readLine(text: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isEventLine(value) ? value : otherLineSchema.safeParse(value).data;
  } catch {
    return undefined;
  }
}

/** By hand: nearly every line is one, and a schema took longer to judge it than all else that is done with it. */
const isEventLine = (value: unknown): value is { event: FiledEvent } =>
  typeof value === "object" &&
  value !== null &&
  "event" in value &&
  Object.keys(value).length === 1 &&
  isFiledEvent(value.event);

const eventFields = 19;
const isTextOrNull = (value: unknown): boolean => value === null || typeof value === "string";

const isFiledEvent = (value: unknown): value is FiledEvent =>
  typeof value === "object" &&
  value !== null &&
  Object.keys(value).length === eventFields &&
  "id" in value &&
  typeof value.id === "string" &&
  "occurredAt" in value &&
  typeof value.occurredAt === "string" &&
  "generation" in value &&
  Number.isSafeInteger(value.generation) &&
  "xid" in value &&
  typeof value.xid === "string" &&
  "actorKind" in value &&
  typeof value.actorKind === "string" &&
  "actorId" in value &&
  isTextOrNull(value.actorId) &&
  "action" in value &&
  typeof value.action === "string" &&
  "resourceType" in value &&
  typeof value.resourceType === "string" &&
  "resourceId" in value &&
  isTextOrNull(value.resourceId) &&
  "status" in value &&
  typeof value.status === "string" &&
  "requestId" in value &&
  isTextOrNull(value.requestId) &&
  "correlationId" in value &&
  isTextOrNull(value.correlationId) &&
  "details" in value &&
  typeof value.details === "string" &&
  "commitment" in value &&
  isTextOrNull(value.commitment) &&
  "salt" in value &&
  isTextOrNull(value.salt) &&
  "actorName" in value &&
  isTextOrNull(value.actorName) &&
  "resourceName" in value &&
  isTextOrNull(value.resourceName) &&
  "ipHash" in value &&
  isTextOrNull(value.ipHash) &&
  "erasableDetails" in value &&
  isTextOrNull(value.erasableDetails);

const toJson = ({ statement, signature }: Signed) => ({ statement, signature: signature.toString("base64") });

export const toSigned = ({ statement, signature }: { statement: string; signature: string }): Signed => ({
  statement,
  signature: Buffer.from(signature, "base64"),
});
