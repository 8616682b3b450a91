/** Seals, proofs and verifications as the API and the pages show them. Client-safe. */
import { z } from "zod";
import { type AuditEventId, parseId, type VerificationId } from "#db/ids.ts";

/**
 * What can be wrong: something that was sealed is `changed`, `missing` or `reordered`; something is there
 * that was never sealed (`inserted`); a seal is not signed, or does not follow the one before (`chain`);
 * the end of the chain is gone (`cut`); or a file cannot be read to its end (`unreadable`).
 */
export const damageKinds = [
  "changed",
  "missing",
  "inserted",
  "reordered",
  "chain",
  "cut",
  "unreadable",
] as const;
export type DamageKind = (typeof damageKinds)[number];

export interface Damage {
  kind: DamageKind;
  /** One sentence that names the place. */
  message: string;
  /** Of the seal. */
  sequence: number | null;
  eventId: string | null;
  /** When the event happened, as far as it can be told. */
  occurredAt: string | null;
  /** The archive's file, and the line in it. */
  file: string | null;
  line: number | null;
}

export const eventIdSchema = z.custom<AuditEventId>(
  (value) => parseId(value, "evt") !== undefined,
  "must be an audit event's id (evt_…)",
);

export const verificationIdSchema = z.custom<VerificationId>(
  (value) => parseId(value, "vrf") !== undefined,
  "must be a verification's id (vrf_…)",
);

export const sequenceSchema = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, "must be a seal's number")
  .transform(Number);

const limitSchema = z
  .string()
  .regex(/^\d{1,3}$/, "must be a whole number")
  .transform(Number)
  .pipe(z.number().min(1).max(100))
  .default(50);

export const sealListSchema = z.strictObject({
  limit: limitSchema,
  /** The last answer's `nextCursor`. */
  cursor: sequenceSchema.optional(),
});
export type SealListQuery = z.output<typeof sealListSchema>;

export interface SealView {
  sequence: number;
  events: number;
  /** The earliest and the latest time in the run. */
  fromAt: string;
  toAt: string;
  sealedAt: string;
  /** Hex: the digest that the next seal names. */
  digest: string;
  root: string;
  previous: string | null;
  kid: string;
  /** Its events are in an archive, and not in the table any more. */
  isArchived: boolean;
}

export interface SealList {
  /** Newest first. */
  seals: SealView[];
  nextCursor: string | null;
}

/** A seal with what it takes to check it. */
export interface SealDetail extends SealView {
  /** The text that was signed. */
  statement: string;
  /** Ed25519 over the statement's UTF-8; base64. */
  signature: string;
  /** SPKI in PEM. */
  publicKey: string;
}

/** That an event is among those that a seal covers. */
export interface EventProof {
  eventId: string;
  /** The text whose hash is the leaf: SHA-256 of a zero byte and this. */
  eventText: string;
  leafHash: string;
  leafIndex: number;
  treeSize: number;
  /** Hex, from the leaf upwards. */
  path: string[];
  seal: SealDetail;
}

export interface PublicKeyView {
  kid: string;
  /** SPKI in PEM. */
  publicKey: string;
  isRetired: boolean;
}

export type VerificationState = "waiting" | "running" | "intact" | "damaged" | "failed";

export interface VerificationView {
  id: VerificationId;
  state: VerificationState;
  requestedBy: string | null;
  createdAt: string;
  finishedAt: string | null;
  /** Of how many there are, how many were looked at. */
  sealsTotal: number;
  seals: number;
  events: number;
  /** Events whose names and texts were erased; their seals hold all the same. */
  erased: number;
  archives: number;
  damages: number;
  /** The first hundred. */
  findings: Damage[];
  error: string | null;
}

export interface IntegrityOverview {
  /** The newest seal; null before the first. */
  newest: { sequence: number; sealedAt: string; digest: string } | null;
  /** Up to which seal the archive store has been told. */
  anchoredSequence: number;
  anchorError: string | null;
  verification: VerificationView | null;
}
