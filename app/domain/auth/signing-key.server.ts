import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { calculateJwkThumbprint, exportJWK } from "jose";
import type { SecretBox } from "./secret-box.server.ts";

/** An Ed25519 key as it is stored. */
export interface SealedSigningKey {
  /** The public half's thumbprint (RFC 7638). */
  kid: string;
  /** SPKI, DER. */
  publicKey: Buffer;
  /** PKCS #8, DER, sealed. */
  privateKey: Buffer;
}

/** How the secret box names whose private half it keeps. */
export const signingKeyOwner = (kid: string): string => `signing key ${kid}`;

/** A new key of the service's own; who has the database has not got its private half. */
export async function makeSigningKey(secrets: SecretBox): Promise<SealedSigningKey> {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const kid = await calculateJwkThumbprint(await exportJWK(publicKey));
  const der = privateKey.export({ format: "der", type: "pkcs8" });
  return {
    kid,
    publicKey: publicKey.export({ format: "der", type: "spki" }),
    privateKey: secrets.seal(signingKeyOwner(kid), der.toString("base64")),
  };
}

/** @throws when it was sealed with another key of the server's. */
export function openSigningKey(
  secrets: SecretBox,
  { kid, privateKey }: Pick<SealedSigningKey, "kid" | "privateKey">,
): KeyObject {
  const der = Buffer.from(secrets.open(signingKeyOwner(kid), privateKey), "base64");
  return createPrivateKey({ key: der, format: "der", type: "pkcs8" });
}
