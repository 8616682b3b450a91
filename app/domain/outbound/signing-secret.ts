import { randomBytes } from "node:crypto";

/** A new signing secret (https://www.standardwebhooks.com): 256 bits. */
export const generateSigningSecret = (): string => `whsec_${randomBytes(32).toString("base64")}`;
