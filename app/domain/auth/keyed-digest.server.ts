import { createHmac } from "node:crypto";

/** Digests of what must not be stored as it is and is easily guessed: addresses, browsers. */
export type KeyedDigest = (purpose: string, text: string) => Buffer;

/** HMAC-SHA-256 under a key of the server's own for each purpose. */
export const createKeyedDigest =
  (secretKey: string): KeyedDigest =>
  (purpose, text) =>
    createHmac("sha256", `signalbox.${purpose}:${secretKey}`).update(text).digest();
