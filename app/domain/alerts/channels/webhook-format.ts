import { signatureHeaders } from "../../outbound/sign-webhook.ts";
import type { Notice } from "./notice.ts";

/** What a webhook is posted: Standard Webhooks, with the delivery's id as the message's. */
export function webhookRequest(
  notice: Notice,
  secrets: readonly string[],
  now: Date,
): { headers: Record<string, string>; body: string } {
  const body = JSON.stringify({
    type: `alert.${notice.reason}`,
    timestamp: notice.createdAt,
    data: { ...notice.content, link: notice.link },
  });
  const timestamp = Math.floor(now.getTime() / 1_000);
  return { headers: signatureHeaders({ id: notice.id, timestamp, body }, secrets), body };
}
