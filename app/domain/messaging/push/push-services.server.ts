import type { SecretBox } from "../../auth/secret-box.server.ts";
import type { OutboundClient } from "../../outbound/outbound-client.server.ts";

/** What pushing takes beside the database. */
export interface PushServices {
  outbound: OutboundClient;
  secrets: SecretBox;
}
