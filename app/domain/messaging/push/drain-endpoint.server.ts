import type { Database } from "#db/database.ts";
import { type AgentId, newUuid, type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import { isOutboundError } from "../../outbound/outbound-error.ts";
import type { PostResult } from "../../outbound/post-json.server.ts";
import { type Attempt, beginAttempt } from "./begin-attempt.server.ts";
import { enqueueWhatIsLeft, releaseLease, takeLease } from "./endpoint-lease.server.ts";
import { postWebhook } from "./post-webhook.server.ts";
import type { PushServices } from "./push-services.server.ts";
import { type PushedDelivery, settleAttempt } from "./settle-attempt.server.ts";

export interface DrainOptions {
  db: Database;
  services: PushServices;
  tenantId: TenantId;
  agentId: AgentId;
  /** Aborts when the worker stops: the attempt under way is given up, and made again by another. */
  signal?: AbortSignal;
  /** Told of each attempt after its commit. */
  onSettled?(delivery: PushedDelivery): Promise<void> | void;
  /** From 0 to 1. */
  random?: () => number;
  /** After so many messages, or so long, it is another endpoint's turn. */
  maxMessages?: number;
  maxMs?: number;
}

/**
 * Posts what waits for an agent's endpoint, one message after the other, as long as it accepts them.
 * Nobody else posts to it meanwhile: it holds the endpoint's lease. What is left to do afterwards is
 * enqueued, for when it is due. Gives how many attempts it made.
 */
export async function drainEndpoint(options: DrainOptions): Promise<number> {
  const { db, signal, random = Math.random, maxMessages = 50, maxMs = 10_000 } = options;
  const mailbox = { tenantUuid: toUuid(options.tenantId), agentUuid: toUuid(options.agentId) };
  const leaseId = newUuid();
  const isMine = await db.withSql((sql) => takeLease(sql, mailbox, leaseId, random()));
  if (!isMine) return 0;
  const sinceMs = performance.now();
  let attempts = 0;
  try {
    for (let goesOn = true; goesOn; ) {
      if (signal?.aborted || attempts >= maxMessages || performance.now() - sinceMs >= maxMs) break;
      const attempt = await db.withSql((sql) => beginAttempt(sql, mailbox, leaseId));
      if (attempt === undefined) break;
      attempts++;
      const result = await post(options, attempt);
      if (result === undefined) break;
      const settled = await db.withSql((sql) => settleAttempt(sql, attempt, result, random()));
      goesOn = settled.goesOn;
      await options.onSettled?.(settled.delivery);
    }
  } finally {
    await db.withSql((sql) => releaseLease(sql, mailbox, leaseId));
  }
  await db.withSql((sql) => enqueueWhatIsLeft(sql, mailbox));
  return attempts;
}

/** Undefined when the worker is stopping: nothing is known then of what came of it. */
async function post(
  { services, signal }: DrainOptions,
  { tenantUuid, agentUuid, url, sealedSecrets, message }: Attempt,
): Promise<PostResult | undefined> {
  try {
    return await postWebhook(services, {
      owner: { tenantId: toTypeId("ten", tenantUuid), agentId: toTypeId("agt", agentUuid) },
      url,
      sealedSecrets,
      id: message.id,
      event: { type: "message.received", timestamp: message.createdAt, data: message },
      ...(signal && { signal }),
    });
  } catch (error) {
    if (isOutboundError(error) && error.kind === "aborted") return undefined;
    throw error;
  }
}
