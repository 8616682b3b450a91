import { createSecretBox } from "#app/domain/auth/secret-box.server.ts";
import type { PushServices } from "#app/domain/messaging/push/push-services.server.ts";
import { parseAllowList } from "#app/domain/outbound/allow-list.ts";
import {
  createOutboundClient,
  type OutboundClientOptions,
} from "#app/domain/outbound/outbound-client.server.ts";

/** What pushing takes, with the places on loopback that may be called. */
export const pushServices = (allow = "", options: OutboundClientOptions = {}): PushServices => ({
  outbound: createOutboundClient({ allow: parseAllowList(allow), ...options }),
  secrets: createSecretBox("a secret key for tests, of at least 32 characters"),
});
