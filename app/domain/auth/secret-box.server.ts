import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

/** Keeps secrets that have to be read again: signing keys, what signs or opens others' endpoints. */
export interface SecretBox {
  /** @param owner whose secret it is, in a form that stays: a sealed secret opens for nobody else */
  seal(owner: string, secret: string): Buffer;
  /** @throws when it was sealed with a key that is not known here, for another owner, or was changed. */
  open(owner: string, sealed: Uint8Array): string;
  /**
   * Seals with the newest key what an earlier one has sealed; undefined for what it has sealed itself.
   * @throws as `open` does.
   */
  reseal(owner: string, sealed: Uint8Array): Buffer | undefined;
}

/** In front of what is sealed, so that a later way can be told apart. */
const version = 1;
const ivBytes = 12;
const tagBytes = 16;

/**
 * AES-256-GCM under a key derived from the server's own.
 * @param previousKeys keys that the server had before: they open, and seal nothing any more
 */
export function createSecretBox(secretKey: string, previousKeys: readonly string[] = []): SecretBox {
  const key = boxKey(secretKey);
  const earlier = previousKeys.map(boxKey);

  const seal = (owner: string, secret: string): Buffer => {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(owner));
    const text = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
    return Buffer.concat([Buffer.of(version), iv, cipher.getAuthTag(), text]);
  };

  /** By the first key that fits; GCM tells. */
  const open = (owner: string, sealed: Uint8Array): { secret: string; by: Buffer } => {
    let refusal: unknown;
    for (const by of [key, ...earlier]) {
      try {
        return { secret: openWith(by, owner, sealed), by };
      } catch (error) {
        refusal ??= error;
      }
    }
    throw refusal;
  };

  return {
    seal,
    open: (owner, sealed) => open(owner, sealed).secret,
    reseal(owner, sealed) {
      const { secret, by } = open(owner, sealed);
      return by === key ? undefined : seal(owner, secret);
    },
  };
}

/** Named after the first secrets that it kept; those would not open under another name. */
const boxKey = (secretKey: string): Buffer =>
  Buffer.from(hkdfSync("sha256", secretKey, "", "signalbox endpoint secrets 1", 32));

function openWith(key: Buffer, owner: string, sealed: Uint8Array): string {
  const bytes = Buffer.from(sealed);
  if (bytes[0] !== version) throw new Error("The secret was sealed in a way that is not known here.");
  const iv = bytes.subarray(1, 1 + ivBytes);
  const tag = bytes.subarray(1 + ivBytes, 1 + ivBytes + tagBytes);
  const decipher = createDecipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(owner)).setAuthTag(tag);
  const text = Buffer.concat([decipher.update(bytes.subarray(1 + ivBytes + tagBytes)), decipher.final()]);
  return text.toString("utf8");
}
