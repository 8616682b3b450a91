import type { AnswerUsage } from "#app/domain/messaging/schema.ts";
import { keptQueryLength } from "#app/domain/usage/schema.ts";
import type { UsageRecorder } from "#app/domain/usage/usage-recorder.server.ts";
import { type AgentId, type MessageId, madeAtMs, type TenantId, toUuid, type UserId } from "#db/ids.ts";
import { systemActor } from "../auth/system-actor.ts";

/** What an answer has used, for whom, and where it is. */
export interface MeteredAnswer {
  tenantId: TenantId;
  agentId: AgentId;
  /** Who asked. */
  userId: UserId;
  conversationId: string;
  /** The answer: what it has used counts once. */
  answerId: MessageId;
  query: string;
  responseLength: number;
  durationMs: number;
  toolsCalled: readonly string[];
  usage: AnswerUsage;
}

/**
 * Counts what an answer has used; telling it again changes nothing. Gives what it cost, in micro-dollars, where
 * this call has counted it. Throws where that may pass another time.
 */
export type MeterAnswer = (answer: MeteredAnswer) => Promise<number | undefined>;

/** Counts it as any usage of the agent's, known by the answer's id. */
export function meterBy(
  recorder: Pick<UsageRecorder, "record">,
  log: { warn(fields: object, message: string): void },
): MeterAnswer {
  return async ({ tenantId, answerId, toolsCalled, usage, ...answer }) => {
    const { cachedTokens = 0, thinkingTokens = 0, durationMs: _said, ...used } = usage;
    const [settled] = await recorder.record(
      systemActor(tenantId, "asking"),
      [
        {
          ...answer,
          ...used,
          query: answer.query.slice(0, keptQueryLength),
          ...{ cachedTokens, thinkingTokens, toolsCalled: [...toolsCalled] },
          occurredAt: new Date(madeAtMs(toUuid(answerId))).toISOString(),
          idempotencyKey: answerId,
        },
      ],
      null,
    );
    if (settled?.kind === "failed") throw settled.error;
    // Told again it would be refused again.
    if (settled?.kind === "rejected")
      log.warn({ err: settled.error, answerId }, "the usage that an answer tells of cannot be counted");
    return settled?.kind === "recorded" ? settled.costMicros : undefined;
  };
}
