import { hash } from "node:crypto";
import type { ConversationChange } from "#app/domain/messaging/prepared-send.ts";

/**
 * Something has changed in a conversation of this tenant, and so in the tenant's traffic. The
 * conversation goes by a digest: what the client calls it may be long, and is nobody else's
 * business on the bus. Two that share one would wake each other's readers, and no more than that.
 */
export interface Hint {
  tenantUuid: string;
  /** 66 bits of the correlation id's digest. */
  conversation: string;
}

export const hintOf = ({ tenantUuid, correlationId }: ConversationChange): Hint => ({
  tenantUuid,
  conversation: hash("sha256", correlationId, "base64url").slice(0, 11),
});
