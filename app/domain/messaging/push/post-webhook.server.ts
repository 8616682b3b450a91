import { isOutboundError } from "../../outbound/outbound-error.ts";
import type { PushServices } from "./push-services.server.ts";
import { signatureHeaders } from "./sign-webhook.ts";
import { type EndpointOwner, secretOwner } from "./signing-secret.ts";

export interface WebhookPost {
  owner: EndpointOwner;
  url: string;
  /** As they are kept, the newest first. */
  sealedSecrets: readonly Uint8Array[];
  id: string;
  /** What is posted, as JSON. */
  event: { type: string; timestamp: string; data: unknown };
  signal?: AbortSignal;
}

/** What came of a post. */
export interface PostResult {
  outcome: "delivered" | "failed";
  statusCode: number | null;
  /** As the endpoint wrote it. */
  retryAfter: string | undefined;
  error: string | null;
  responseBody: string | null;
  startedAt: Date;
  durationMs: number;
}

/**
 * Signs and posts an event. Every answer but 2xx is a failure, redirects too: they are not followed.
 * @throws OutboundError aborted, when the caller gave up: then nothing is known.
 */
export async function postWebhook(services: PushServices, post: WebhookPost): Promise<PostResult> {
  const startedAt = new Date();
  const sinceMs = performance.now();
  const ended = () => ({ startedAt, durationMs: Math.round(performance.now() - sinceMs) });
  const failed = (error: string): PostResult => ({
    outcome: "failed",
    statusCode: null,
    retryAfter: undefined,
    error,
    responseBody: null,
    ...ended(),
  });
  const secrets = openSecrets(services, post);
  if (secrets === undefined) return failed("Its signing secret cannot be opened any more: rotate it.");
  const body = JSON.stringify(post.event);
  const timestamp = Math.floor(startedAt.getTime() / 1_000);
  try {
    const answer = await services.outbound.post({
      url: post.url,
      headers: {
        "Content-Type": "application/json",
        "User-Agent": "Signalbox",
        ...signatureHeaders({ id: post.id, timestamp, body }, secrets),
      },
      body,
      ...(post.signal && { signal: post.signal }),
    });
    const isAccepted = answer.status >= 200 && answer.status < 300;
    return {
      outcome: isAccepted ? "delivered" : "failed",
      statusCode: answer.status,
      retryAfter: answer.retryAfter,
      error: isAccepted ? null : wordsOf(answer.status),
      responseBody: answer.body === "" ? null : answer.body,
      ...ended(),
    };
  } catch (error) {
    if (!isOutboundError(error) || error.kind === "aborted") throw error;
    return failed(sentenceOf(error.message));
  }
}

/** Undefined when the server's key is another than the one they were sealed with. */
function openSecrets({ secrets }: PushServices, { owner, sealedSecrets }: WebhookPost): string[] | undefined {
  try {
    return sealedSecrets.map((sealed) => secrets.open(secretOwner(owner), sealed));
  } catch {
    return undefined;
  }
}

const wordsOf = (status: number): string =>
  status >= 300 && status < 400
    ? `It answered ${status}; redirects are not followed.`
    : `It answered ${status}.`;

/** What is wrong with a URL is said as a part of a sentence. */
const sentenceOf = (message: string): string =>
  message.startsWith("must ") ? `Its URL ${message}.` : message;
