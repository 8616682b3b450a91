import { type PostResult, postJson, unanswered } from "../../outbound/post-json.server.ts";
import { recordedUrl } from "../../outbound/recorded-url.ts";
import type { ChannelTarget } from "./begin-telling.server.ts";
import { type ChannelOwner, channelSecretOwner } from "./channel-secret.ts";
import type { Notice } from "./notice.ts";
import type { NoticeServices } from "./notice-services.server.ts";
import { pagerDutyEvent } from "./pagerduty-format.ts";
import { slackMessage } from "./slack-format.ts";
import { webhookRequest } from "./webhook-format.ts";

/** What came of one try to tell, and whom. */
export interface NoticeResult extends PostResult {
  /** As it may be shown: never a secret. */
  target: string;
  /** It says that nothing will ever come there again. */
  isGone: boolean;
  /** It says that this one is not to be sent again, whatever becomes of others. */
  isRefused: boolean;
}

export interface NoticePost {
  owner: ChannelOwner;
  target: ChannelTarget;
  notice: Notice;
  signal?: AbortSignal | undefined;
}

/** Says of this body, and of no other, that it is not taken. */
const refusals: ReadonlySet<number> = new Set([400, 413, 414, 415, 422]);
/** What Slack answers once the address it gave is worth nothing any more. */
const slackGone = /^(?:no_service|no_team|channel_is_archived)\b/;

/**
 * Posts a notice to a webhook, Slack or PagerDuty.
 * @throws OutboundError aborted, when the caller gave up: then nothing is known.
 */
export async function postNotice(services: NoticeServices, post: NoticePost): Promise<NoticeResult> {
  const { target, notice, signal } = post;
  const shown = shownTarget(target);
  const secrets = openSecrets(services, post);
  const [secret] = secrets ?? [];
  if (secrets === undefined || secret === undefined)
    return {
      ...unanswered("Its secret cannot be opened any more: give it a new one."),
      ...{ target: shown, isGone: false, isRefused: false },
    };
  const startedAt = new Date();
  const { url, headers, body } = requestOf(services, { target, notice, secrets, secret, now: startedAt });
  const result = await postJson(
    services.outbound,
    { url, headers: { ...headers, "X-Signalbox-Delivery": notice.id }, body, signal },
    startedAt,
  );
  return {
    ...result,
    // A receiver may say back what it was sent.
    responseBody: secrets.reduce<string | null>(
      (text, one) => text?.replaceAll(one, "…") ?? null,
      result.responseBody,
    ),
    target: shown,
    isGone:
      result.statusCode === 410 || (target.kind === "slack" && slackGone.test(result.responseBody ?? "")),
    isRefused: result.statusCode !== null && refusals.has(result.statusCode),
  };
}

function requestOf(
  { pagerDutyUrl }: NoticeServices,
  options: { target: ChannelTarget; notice: Notice; secrets: readonly string[]; secret: string; now: Date },
): { url: string; headers?: Record<string, string>; body: string } {
  const { target, notice, secrets, secret, now } = options;
  switch (target.kind) {
    case "slack":
      return { url: secret, body: JSON.stringify(slackMessage(notice)) };
    case "pagerduty":
      return { url: pagerDutyUrl, body: JSON.stringify(pagerDutyEvent(notice, secret)) };
    case "webhook":
      return { url: target.url ?? "", ...webhookRequest(notice, secrets, now) };
    case "email":
      throw new Error("A mail is not posted.");
  }
}

/** Whom an attempt was made with, without what is secret of it. */
function shownTarget({ kind, url, hint }: ChannelTarget): string {
  if (kind === "webhook" && url !== null) return recordedUrl(url);
  return `${kind === "slack" ? "Slack" : "PagerDuty"} ${hint ?? ""}`.trim();
}

/** Undefined when the server's key is another than those they were sealed with. */
function openSecrets({ secrets }: NoticeServices, { owner, target }: NoticePost): string[] | undefined {
  try {
    return target.sealedSecrets.map((sealed) => secrets.open(channelSecretOwner(owner), sealed));
  } catch {
    return undefined;
  }
}
