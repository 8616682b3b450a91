import type { OutboundClient } from "../../outbound/outbound-client.server.ts";
import type { SecretBox } from "./secret-box.server.ts";

/** What pushing takes beside the database. */
export interface PushServices {
  outbound: OutboundClient;
  secrets: SecretBox;
}
