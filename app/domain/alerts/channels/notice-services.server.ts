import type { SecretBox } from "../../auth/secret-box.server.ts";
import type { Mailer } from "../../mail/mailer.ts";
import type { OutboundClient } from "../../outbound/outbound-client.server.ts";
import type { ChannelKind } from "./channel-schema.ts";

/** Counts an attempt to tell a channel. */
export type ToldMetric = (kind: ChannelKind, outcome: "delivered" | "failed" | "given_up") => void;

/** What telling channels takes beside the database. */
export interface NoticeServices {
  outbound: OutboundClient;
  secrets: SecretBox;
  mailer: Mailer;
  /** Where links lead: the service as browsers know it. */
  origin: string;
  /** Where PagerDuty takes events. */
  pagerDutyUrl: string;
  onTold?: ToldMetric;
}

/** A receiver that takes longer has not been told; a lease lasts longer than this. */
export const noticeTimeoutMs = 10_000;
