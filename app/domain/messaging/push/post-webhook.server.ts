import { type PostResult, postJson, unanswered } from "../../outbound/post-json.server.ts";
import { signatureHeaders } from "../../outbound/sign-webhook.ts";
import type { PushServices } from "./push-services.server.ts";
import { type EndpointOwner, secretOwner } from "./secret-owner.ts";

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

/**
 * Signs and posts an event.
 * @throws OutboundError aborted, when the caller gave up: then nothing is known.
 */
export async function postWebhook(services: PushServices, post: WebhookPost): Promise<PostResult> {
  const secrets = openSecrets(services, post);
  if (secrets === undefined) return unanswered("Its signing secret cannot be opened any more: rotate it.");
  const startedAt = new Date();
  const body = JSON.stringify(post.event);
  const timestamp = Math.floor(startedAt.getTime() / 1_000);
  const headers = signatureHeaders({ id: post.id, timestamp, body }, secrets);
  return postJson(services.outbound, { url: post.url, headers, body, signal: post.signal }, startedAt);
}

/** Undefined when the server's key is another than the one they were sealed with. */
function openSecrets({ secrets }: PushServices, { owner, sealedSecrets }: WebhookPost): string[] | undefined {
  try {
    return sealedSecrets.map((sealed) => secrets.open(secretOwner(owner), sealed));
  } catch {
    return undefined;
  }
}
