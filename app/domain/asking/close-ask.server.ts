import type { AuditActor } from "#app/domain/audit/audit-event.ts";
import { insertAuditEvents } from "#app/domain/audit/insert-audit-events.server.ts";
import type { Database, Sql } from "#db/database.ts";
import { type MessageId, newId, type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import { lengthOf, usageOf } from "./answer-facts.ts";
import type { CancelReason } from "./ask-schema.ts";
import type { MeterAnswer } from "./meter-answer.server.ts";
import type { FoundResponse } from "./read-asks.server.ts";

export interface AskServices {
  db: Database;
  log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
  };
  /** Counts what an answer has used, once however often it is told. */
  meter: MeterAnswer;
}

export type AskEnding =
  | { outcome: "answered"; answer: FoundResponse }
  | { outcome: "cancelled"; reason: CancelReason }
  | { outcome: "timeout" | "failed" };

interface ClosedRow {
  agent_id: string;
  user_id: string;
  correlation_id: string;
  request_id: string;
  duration_ms: number;
  query: string | null;
  agent_name: string | null;
  user_name: string | null;
}

const maxQueryLength = 500;

/**
 * Ends a question that is open, with its audit event in the same transaction; false when somebody else
 * has ended it. What an answer has used is counted before: where that fails the question stays open, and
 * the next one to look (the job `settle-asks`) does both.
 */
export async function closeAsk(
  services: AskServices,
  { tenantId, messageId }: { tenantId: TenantId; messageId: MessageId },
  ending: AskEnding,
): Promise<boolean> {
  const { db, log } = services;
  const answer = ending.outcome === "answered" ? ending.answer : undefined;
  const costMicros =
    answer === undefined ? undefined : await meterAnswer(services, { tenantId, messageId, answer });
  const eventId = newId("evt");
  const closed = await db.withSql(async (sql) => {
    const row = await markClosed(sql, tenantId, messageId, ending);
    if (row === undefined) return undefined;
    // By the catalogue's estimate where the agent did not say.
    const details = {
      ...detailsOf(row, messageId, ending),
      ...(costMicros !== undefined && { costMicros }),
    };
    await insertAuditEvents(sql, [
      {
        id: eventId,
        tenantId,
        actor: actorOf(row),
        action: "agent.query",
        resource: { id: toTypeId("agt", row.agent_id), name: row.agent_name },
        status: ending.outcome === "answered" ? "success" : "failure",
        request: { requestId: row.request_id, ipHash: null },
        correlationId: row.correlation_id,
        details,
      },
    ]);
    return { row, details };
  });
  if (closed === undefined) return false;
  // What was asked is in the trail, where it can be erased.
  const { query: _query, ...facts } = closed.details;
  log.info(
    {
      eventId,
      tenant: tenantId,
      agent: toTypeId("agt", closed.row.agent_id),
      user: toTypeId("usr", closed.row.user_id),
      conversation: closed.row.correlation_id,
      requestId: closed.row.request_id,
      ...facts,
    },
    "agent query",
  );
  return true;
}

const actorOf = (row: ClosedRow): AuditActor => ({
  kind: "user",
  id: toTypeId("usr", row.user_id),
  name: row.user_name,
});

function detailsOf(row: ClosedRow, questionId: MessageId, ending: AskEnding) {
  const query = row.query ?? "";
  const answer = ending.outcome === "answered" ? ending.answer : undefined;
  return {
    questionId,
    outcome: ending.outcome,
    query: query.length > maxQueryLength ? `${query.slice(0, maxQueryLength)}…` : query,
    durationMs: Math.round(answer?.durationMs ?? row.duration_ms),
    ...(ending.outcome === "cancelled" && { reason: ending.reason }),
    ...(answer && {
      answerId: answer.id,
      responseLength: lengthOf(answer.payload.data),
      toolsCalled: answer.payload.toolsCalled ?? [],
      ...usageOf(answer.payload.usage),
    }),
  };
}

async function markClosed(
  sql: Sql,
  tenantId: TenantId,
  messageId: MessageId,
  ending: AskEnding,
): Promise<ClosedRow | undefined> {
  const answerId = ending.outcome === "answered" ? toUuid(ending.answer.id) : null;
  const [row] = await sql<ClosedRow[]>`
    with closed as (
      update asks set outcome = ${ending.outcome}, closed_at = now(), answer_id = ${answerId}
      where tenant_id = ${toUuid(tenantId)} and message_id = ${toUuid(messageId)} and outcome is null
      returning *
    )
    select
      closed.agent_id, closed.user_id, closed.correlation_id, closed.request_id,
      (extract(epoch from now() - closed.asked_at) * 1000)::float8 as duration_ms,
      question.payload ->> 'query' as query, agent.name as agent_name, person.name as user_name
    from closed
    left join messages question
      on question.tenant_id = closed.tenant_id and question.id = closed.message_id
    left join agents agent on agent.tenant_id = closed.tenant_id and agent.id = closed.agent_id
    left join users person on person.id = closed.user_id
  `;
  return row;
}

interface AnswerOfAsk {
  tenantId: TenantId;
  messageId: MessageId;
  answer: FoundResponse;
}

/** An answer to a question that had ended without one: what it has used counts all the same. */
export async function noteLateAnswer(services: AskServices, late: AnswerOfAsk): Promise<void> {
  await meterAnswer(services, late);
  await services.db.withSql(
    (sql) => sql`
      update asks set answer_id = ${toUuid(late.answer.id)}
      where tenant_id = ${toUuid(late.tenantId)} and message_id = ${toUuid(late.messageId)}
        and outcome is not null and answer_id is null
    `,
  );
}

interface AskFacts {
  agent_id: string;
  user_id: string;
  correlation_id: string;
  query: string | null;
}

async function meterAnswer(
  { db, meter }: AskServices,
  { tenantId, messageId, answer }: AnswerOfAsk,
): Promise<number | undefined> {
  const { usage, toolsCalled = [], data } = answer.payload;
  if (usage === undefined) return undefined;
  const [facts] = await db.withSql(
    (sql) => sql<AskFacts[]>`
      select ask.agent_id, ask.user_id, ask.correlation_id, question.payload ->> 'query' as query
      from asks ask
      left join messages question on question.tenant_id = ask.tenant_id and question.id = ask.message_id
      where ask.tenant_id = ${toUuid(tenantId)} and ask.message_id = ${toUuid(messageId)}
    `,
    { readOnly: true },
  );
  if (facts === undefined) return undefined;
  return meter({
    tenantId,
    agentId: toTypeId("agt", facts.agent_id),
    userId: toTypeId("usr", facts.user_id),
    conversationId: facts.correlation_id,
    answerId: answer.id,
    query: facts.query ?? "",
    responseLength: lengthOf(data),
    durationMs: usage.durationMs ?? answer.durationMs,
    toolsCalled,
    usage,
  });
}
