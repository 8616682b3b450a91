import { createHmac } from "node:crypto";

/** Digests of what must not be stored as it is and is easily guessed: addresses, browsers. */
export interface KeyedDigest {
  (purpose: string, text: string): Buffer;
  /** Those under the keys that the server had before, the newest first. */
  earlier?: readonly KeyedDigest[];
}

/** HMAC-SHA-256 under a key of the server's own for each purpose. */
export const createKeyedDigest = (secretKey: string, previousKeys: readonly string[] = []): KeyedDigest =>
  Object.assign(
    (purpose: string, text: string) =>
      createHmac("sha256", `signalbox.${purpose}:${secretKey}`).update(text).digest(),
    { earlier: previousKeys.map((key) => createKeyedDigest(key)) },
  );
