import { createHash, createHmac, hkdfSync } from "node:crypto";
import type { InvitationId, OneTimeTokenId } from "#db/ids.ts";

/**
 * The secrets in mailed links. Each follows from the id of its row and the server's key, so that the job
 * that sends the mail knows it without its being stored; the row has its digest (`digestLinkToken`).
 */
export interface LinkTokens {
  /**
   * 256 bits as 43 characters of base64url.
   * @param edition where one row has several links one after the other, as an invitation that is sent again
   */
  of(id: OneTimeTokenId | InvitationId, edition?: string): string;
  /** Those under the keys that the server had before, the newest first. */
  earlier?: readonly LinkTokens[];
}

/** HMAC-SHA-256 under a key derived from the server's own. */
export function createLinkTokens(secretKey: string, previousKeys: readonly string[] = []): LinkTokens {
  const key = Buffer.from(hkdfSync("sha256", secretKey, "", "signalbox mailed links 1", 32));
  return {
    of: (id, edition = "") => createHmac("sha256", key).update(`${id}\n${edition}`).digest("base64url"),
    earlier: previousKeys.map((previous) => createLinkTokens(previous)),
  };
}

/** What a row keeps of its token. */
export const digestLinkToken = (token: string): Buffer => createHash("sha256").update(token).digest();

/** Anything else is refused without a query. */
export const isWellFormedLinkToken = (text: string): boolean => /^[\w-]{43}$/.test(text);
