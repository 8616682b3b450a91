import type { NoticeServices } from "#app/domain/alerts/channels/notice-services.server.ts";
import type { OutboundClientOptions } from "#app/domain/outbound/outbound-client.server.ts";
import { mailServices } from "./mail-services.ts";
import { pushServices } from "./push-services.ts";

export interface NoticeSettings extends OutboundClientOptions {
  smtpUrl?: string | undefined;
  /** Places on loopback that may be called. */
  places?: string | undefined;
  pagerDutyUrl?: string | undefined;
}

/** What telling channels takes, with everything on loopback. */
export function noticeServices({
  smtpUrl,
  places,
  pagerDutyUrl = "http://127.0.0.1:1/v2/enqueue",
  ...options
}: NoticeSettings = {}): NoticeServices {
  const { mailer, origin } = mailServices(smtpUrl);
  return { ...pushServices(places, options), mailer, origin, pagerDutyUrl };
}
