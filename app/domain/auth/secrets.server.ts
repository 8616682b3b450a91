import { hash, randomBytes } from "node:crypto";

/**
 * An API key is `sb_`, a refresh token `sbr_`, and then 32 random base62 characters (190 bits) and 6 of
 * checksum, so that a typo or a cut-off paste is refused without asking the database, and scanners
 * recognise a leaked one.
 */
export const apiKeyPrefix = "sb_";
const refreshPrefix = "sbr_";
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const randomLength = 32;
const checksumLength = 6;
const shape = new RegExp(`^[0-9A-Za-z]{${randomLength + checksumLength}}$`);

/** How much of a key is kept in the clear, to tell keys apart in a list. */
const shownLength = apiKeyPrefix.length + 8;

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
  let value = Number.parseInt(hash("sha256", `signalbox-key:${body}`, "hex").slice(0, 8), 16);
  let text = "";
  for (let i = 0; i < checksumLength; i += 1) {
    text = alphabet[value % 62] + text;
    value = Math.floor(value / 62);
  }
  return text;
}

function generate(prefix: string): string {
  const body = randomBase62(randomLength);
  return `${prefix}${body}${checksum(body)}`;
}

function isWellFormed(text: string, prefix: string): boolean {
  const secret = text.slice(prefix.length);
  if (!text.startsWith(prefix) || !shape.test(secret)) return false;
  return checksum(secret.slice(0, -checksumLength)) === secret.slice(-checksumLength);
}

/** A new key. Show it once; keep only its digest and its shown prefix. */
export const generateApiKey = (): string => generate(apiKeyPrefix);

/** Whether the text has a key's shape and its checksum fits. */
export const isWellFormedApiKey = (text: string): boolean => isWellFormed(text, apiKeyPrefix);

/** A new refresh token. */
export const generateRefreshToken = (): string => generate(refreshPrefix);
export const isWellFormedRefreshToken = (text: string): boolean => isWellFormed(text, refreshPrefix);

export const shownPrefix = (key: string): string => key.slice(0, shownLength);

/** What is stored of a key or a token. All are random enough that a plain digest will do. */
export const digestSecret = (secret: string): Buffer => hash("sha256", secret, "buffer");

/** A new session token: 256 bits. */
export const generateSessionToken = (): string => randomBytes(32).toString("base64url");
export const isWellFormedSessionToken = (text: string): boolean => /^[\w-]{43}$/.test(text);
