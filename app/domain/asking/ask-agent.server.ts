import type { Actor, RequestInfo } from "#app/domain/auth/actor.ts";
import { AppError, notFound } from "#app/domain/errors.ts";
import type { RateLimits } from "#app/domain/limits/rate-limits.server.ts";
import type { MessageSender } from "#app/domain/messaging/message-sender.server.ts";
import type { Database } from "#db/database.ts";
import { type AgentId, toUuid } from "#db/ids.ts";
import type { AgentState, Ask, AskedData } from "./ask-schema.ts";
import type { WaitingRoom } from "./waiting-room.server.ts";

export interface AskAgentServices {
  db: Database;
  sender: MessageSender;
  limits: Pick<RateLimits, "asks">;
  asking: WaitingRoom;
}

export interface AskAgentOptions {
  agentId: AgentId;
  ask: Ask;
  /** The same question once more is the same message, and waits for its answer. */
  idempotencyKey?: string | null;
  request: RequestInfo;
}

/**
 * Sends a person's question to an agent of their tenant; its end is noted whoever waits for it.
 * Throws `not_found` (no such agent), `forbidden` for programs, `rate_limited`, and what a send throws.
 */
export async function askAgent(
  { db, sender, limits, asking }: AskAgentServices,
  actor: Actor,
  { agentId, ask, idempotencyKey = null, request }: AskAgentOptions,
): Promise<AskedData> {
  const agentState = await readAgentState(db, actor, agentId);
  if (actor.kind !== "user")
    throw new AppError(
      "forbidden",
      "People ask agents. A program sends a data_request to the agent, and reads the answer in its own inbox.",
    );
  asking.assertOpen();
  await limits.asks.take(actor, request);
  const { query, format, conversationId, timeoutSeconds } = ask;
  const { messageId, correlationId } = await sender.send(
    actor,
    {
      recipientId: agentId,
      type: "data_request",
      payload: { query, ...(format && { format }) },
      ...(conversationId !== undefined && { correlationId: conversationId }),
      priority: "normal",
    },
    { idempotencyKey, request, ask: { timeoutSeconds } },
  );
  return { conversationId: correlationId, messageId, agentId, agentState, timeoutSeconds };
}

/** What a paused agent sends is blocked, so that it may not answer; it gets the question all the same. */
async function readAgentState(db: Database, { tenantId }: Actor, agentId: AgentId): Promise<AgentState> {
  const [row] = await db.asTenantSql(
    tenantId,
    (sql) => sql<{ is_paused: boolean }[]>`
      select status = 'paused' or coalesce(quota_hold = 'paused' and quota_hold_until > now(), false) as is_paused
      from agents where tenant_id = ${toUuid(tenantId)} and id = ${toUuid(agentId)}
    `,
    { readOnly: true },
  );
  if (row === undefined) throw notFound("agent");
  return row.is_paused ? "paused" : "active";
}
