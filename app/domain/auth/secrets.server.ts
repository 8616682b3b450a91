import { createHash, randomBytes } from "node:crypto";

/**
 * An API key is `sb_`, 32 random base62 characters (190 bits) and 6 of checksum, so that a typo or
 * a cut-off paste is refused without asking the database, and scanners recognise a leaked one.
 */
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const randomLength = 32;
const checksumLength = 6;
const shape = new RegExp(`^sb_[0-9A-Za-z]{${randomLength + checksumLength}}$`);

/** How much of a key is kept in the clear, to tell keys apart in a list. */
const shownLength = "sb_".length + 8;

function randomBase62(length: number): string {
  let text = "";
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      // 248 is the largest multiple of 62 in a byte: the rest would favour the first characters.
      if (byte < 248 && text.length < length) text += alphabet[byte % 62];
    }
  }
  return text;
}

function checksum(body: string): string {
  let value = createHash("sha256").update(`signalbox-key:${body}`).digest().readUInt32BE(0);
  let text = "";
  for (let i = 0; i < checksumLength; i += 1) {
    text = alphabet[value % 62] + text;
    value = Math.floor(value / 62);
  }
  return text;
}

/** A new key. Show it once; keep only its digest and its shown prefix. */
export function generateApiKey(): string {
  const body = randomBase62(randomLength);
  return `sb_${body}${checksum(body)}`;
}

/** Whether the text has a key's shape and its checksum fits. */
export function isWellFormedApiKey(text: string): boolean {
  if (!shape.test(text)) return false;
  const body = text.slice("sb_".length, -checksumLength);
  return checksum(body) === text.slice(-checksumLength);
}

export const shownPrefix = (key: string): string => key.slice(0, shownLength);

/** What is stored of a key or a session's token. Both are random enough that a plain digest will do. */
export const digestSecret = (secret: string): Buffer => createHash("sha256").update(secret).digest();

/** A new session token: 256 bits. */
export const generateSessionToken = (): string => randomBytes(32).toString("base64url");
export const isWellFormedSessionToken = (text: string): boolean => /^[\w-]{43}$/.test(text);
