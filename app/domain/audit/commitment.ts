import { hash, randomFillSync } from "node:crypto";

/** What of an event may have to be erased, as it is stored. */
export interface ErasableParts {
  actorName: string | null;
  resourceName: string | null;
  /** Hex. */
  ipHash: string | null;
  /** JSON text. */
  details: string | null;
}

export interface Commitment {
  /** Hex; as long as it is there, the commitment can be checked. */
  salt: string;
  /** Hex. */
  digest: string;
}

const SALT_BYTES = 16;

/** Random bytes fetched for many salts at once: a call for each costs as much as the digest. */
const pool = Buffer.alloc(SALT_BYTES * 512);
let used = pool.length;

function newSalt(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += SALT_BYTES;
  return pool.toString("hex", used - SALT_BYTES, used);
}

/**
 * The digest that an event carries in place of its erasable parts: SHA-256 of a JSON array (RFC 8785) of
 * the salt and the parts. Once salt and parts are gone, nothing can be guessed from it.
 */
export const commitmentDigest = (salt: string, parts: ErasableParts): string =>
  hash("sha256", JSON.stringify([salt, parts.actorName, parts.resourceName, parts.ipHash, parts.details]));

/** Commits to the parts with a new salt; null where there is nothing to erase. */
export function commitTo(parts: ErasableParts): Commitment | null {
  const { actorName, resourceName, ipHash, details } = parts;
  if (actorName === null && resourceName === null && ipHash === null && details === null) return null;
  const salt = newSalt();
  return { salt, digest: commitmentDigest(salt, parts) };
}
