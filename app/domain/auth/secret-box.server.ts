import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

/** Keeps secrets that have to be read again: signing keys, what signs or opens others' endpoints. */
export interface SecretBox {
  /** @param owner whose secret it is, in a form that stays: a sealed secret opens for nobody else */
  seal(owner: string, secret: string): Buffer;
  /** @throws when it was sealed with another key, for another owner, or was changed. */
  open(owner: string, sealed: Uint8Array): string;
}

/** In front of what is sealed, so that a later way can be told apart. */
const version = 1;
const ivBytes = 12;
const tagBytes = 16;

/** AES-256-GCM under a key derived from the server's own. */
export function createSecretBox(secretKey: string): SecretBox {
  // Named after the first secrets that it kept; those would not open under another name.
  const key = Buffer.from(hkdfSync("sha256", secretKey, "", "signalbox endpoint secrets 1", 32));
  return {
    seal(owner, secret) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(owner));
      const text = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
      return Buffer.concat([Buffer.of(version), iv, cipher.getAuthTag(), text]);
    },
    open(owner, sealed) {
      const bytes = Buffer.from(sealed);
      if (bytes[0] !== version) throw new Error("The secret was sealed in a way that is not known here.");
      const iv = bytes.subarray(1, 1 + ivBytes);
      const tag = bytes.subarray(1 + ivBytes, 1 + ivBytes + tagBytes);
      const decipher = createDecipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(owner)).setAuthTag(tag);
      const text = Buffer.concat([decipher.update(bytes.subarray(1 + ivBytes + tagBytes)), decipher.final()]);
      return text.toString("utf8");
    },
  };
}
