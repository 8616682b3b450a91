import type { Actor, RequestInfo } from "#app/domain/auth/actor.ts";
import { AppError, notFound } from "#app/domain/errors.ts";
import type { WakeBus } from "#app/domain/live/wake-bus.server.ts";
import type { MessageSender } from "#app/domain/messaging/message-sender.server.ts";
import { type AgentId, type MessageId, toTypeId, toUuid } from "#db/ids.ts";
import type { AskOutcome, CancelReason } from "./ask-schema.ts";
import { type AskServices, closeAsk } from "./close-ask.server.ts";

export interface CancelAskServices extends AskServices {
  sender: MessageSender;
  bus: Pick<WakeBus, "publish">;
}

export interface CancelAskOptions {
  agentId: AgentId;
  messageId: MessageId;
  reason: Exclude<CancelReason, "credential">;
  request: RequestInfo;
}

interface AskRow {
  user_id: string;
  correlation_id: string;
  outcome: AskOutcome | null;
}

/**
 * Ends the wait for an answer, wherever it is waited for, and tells the agent, which may stop working
 * on it. Throws `not_found`, `forbidden` for who has not asked, `conflict` when the question has ended.
 */
export async function cancelAsk(
  services: CancelAskServices,
  actor: Actor,
  { agentId, messageId, reason, request }: CancelAskOptions,
): Promise<{ conversationId: string; messageId: MessageId; status: "cancelled" }> {
  const { db, bus, log } = services;
  const { tenantId } = actor;
  const tenantUuid = toUuid(tenantId);
  const [row] = await db.asTenantSql(
    tenantId,
    (sql) => sql<AskRow[]>`
      select user_id, correlation_id, outcome from asks
      where tenant_id = ${tenantUuid} and message_id = ${toUuid(messageId)} and agent_id = ${toUuid(agentId)}
    `,
    { readOnly: true },
  );
  if (row === undefined) throw notFound("question");
  if (actor.kind !== "user" || toTypeId("usr", row.user_id) !== actor.id)
    throw new AppError("forbidden", "A question is cancelled by who has asked it.");
  if (
    row.outcome !== null ||
    !(await closeAsk(services, { tenantId, messageId }, { outcome: "cancelled", reason }))
  )
    throw new AppError("conflict", "This question has ended already.");

  const correlationId = row.correlation_id;
  bus.publish([], [{ tenantUuid, correlationId }]);
  await services.sender
    .send(
      actor,
      {
        recipientId: agentId,
        type: "status_update",
        payload: { status: "cancelled", detail: "Nobody waits for the answer to this question any more." },
        correlationId,
        replyTo: messageId,
        priority: "normal",
      },
      { request },
    )
    // It is cancelled all the same; the agent's answer is in the conversation then.
    .catch((error: unknown) =>
      log.warn({ err: error, messageId }, "an agent could not be told that its answer is not waited for"),
    );
  return { conversationId: correlationId, messageId, status: "cancelled" };
}
