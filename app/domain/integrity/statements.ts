import { hash, type KeyObject, sign, verify } from "node:crypto";
import { z } from "zod";

/**
 * What is signed: short JSON texts, each of which says first what it is. The text itself is kept, and
 * checked as it is; nothing is ever put together again to be checked.
 */
const hex32 = z.string().regex(/^[0-9a-f]{64}$/);
const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}Z$/);

export const sealStatementSchema = z.strictObject({
  type: z.literal("signalbox.seal.1"),
  tenant: z.string(),
  sequence: z.int().min(1),
  /** Digest of the seal before; null for the first. */
  previous: hex32.nullable(),
  /** Of the Merkle tree over the run's events, in its order. */
  root: hex32,
  events: z.int().min(1),
  firstEvent: z.string(),
  lastEvent: z.string(),
  /** The earliest and the latest time in the run. */
  fromAt: time,
  toAt: time,
  sealedAt: time,
  kid: z.string(),
});
export type SealStatement = z.output<typeof sealStatementSchema>;

/** A text with its signature, as they are kept. */
export interface Signed {
  statement: string;
  signature: Buffer;
}

/** Signs a statement; the text has its keys in the order of the object. */
export function signStatement(statement: object, privateKey: KeyObject): Signed {
  const text = JSON.stringify(statement);
  return { statement: text, signature: sign(null, Buffer.from(text), privateKey) };
}

export const isSigned = ({ statement, signature }: Signed, publicKey: KeyObject): boolean =>
  verify(null, Buffer.from(statement), publicKey, signature);

/** What the next seal of the chain names. Hex. */
export const statementDigest = (statement: string): string => hash("sha256", statement);

/** The statement in a text; undefined when it is none of that kind. */
export function readStatement<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
