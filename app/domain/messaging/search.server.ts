import type { Database, Sql } from "#db/database.ts";
import { type AgentId, parseId, toTypeId, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import type { AgentStatus, ModelTier } from "./agent-schema.ts";
import { containsWords, escapeLike } from "./contains-words.server.ts";
import { type MessageRow, messageColumns, messagesWithDelivery, toMessageView } from "./message-row.ts";
import type { MessageView } from "./schema.ts";
import type { AgentHit, SearchHits, SearchQuery } from "./search-schema.ts";
import { visibleTo } from "./visible-messages.server.ts";

/** Of each kind. A longer list is for a page, not for a palette. */
const shownAgents = 6;
const shownConversations = 5;

/** Words are looked for in this many of the tenant's latest messages, so that it costs the same at any size. */
const searchedMessages = 1_000;

/** A stored payload larger than this is found by its parties and ids only: unpacking it would cost too much. */
const searchedPayloadBytes = 16_384;

/**
 * Agents by name and conversations by what was said lately, as far as the actor may see them. A
 * whole agent, message or correlation id (of that the beginning) is found however old it is.
 * Without words: the first agents by name and the latest conversations.
 *
 * Runs as the system role, since LIKE under row-level security is no index condition; every
 * statement names the tenant.
 */
export async function search(db: Database, actor: Actor, query: SearchQuery): Promise<SearchHits> {
  const mayReadAgents = actor.scopes.has("agents:read");
  const mayReadMessages = actor.scopes.has("messages:read") && query.status === undefined;
  return db.withSql(
    async (sql) => {
      const [agents, conversations] = await Promise.all([
        mayReadAgents ? findAgents(sql, actor, query) : [],
        mayReadMessages ? findConversations(sql, actor, query.q) : [],
      ]);
      return { agents, conversations };
    },
    { readOnly: true },
  );
}

interface AgentRow {
  id: string;
  name: string;
  status: AgentStatus;
  model_tier: ModelTier;
}

async function findAgents(sql: Sql, actor: Actor, { q, status }: SearchQuery): Promise<AgentHit[]> {
  const id: AgentId | undefined = parseId(q, "agt");
  const rows = await sql<AgentRow[]>`
    select id, name, status, model_tier
    from agents
    where tenant_id = ${toUuid(actor.tenantId)}
      and ${id === undefined ? containsWords(sql, sql`name`, q) : sql`id = ${toUuid(id)}`}
      ${status === undefined ? sql`` : sql`and status = ${status}`}
    order by
      case when name ilike ${`${escapeLike(q)}%`} then 0 when name ilike ${`% ${escapeLike(q)}%`} then 1 else 2 end,
      name, id
    limit ${shownAgents}
  `;
  return rows.map(({ model_tier, ...row }) => ({
    ...row,
    id: toTypeId("agt", row.id),
    modelTier: model_tier,
  }));
}

async function findConversations(sql: Sql, actor: Actor, q: string): Promise<MessageView[]> {
  const [said, named] = await Promise.all([
    findInRecentMessages(sql, actor, q),
    q === "" ? [] : findByIds(sql, actor, q),
  ]);
  const ids = [...new Set([...named, ...said])].slice(0, shownConversations);
  if (ids.length === 0) return [];
  const rows = await sql<MessageRow[]>`
    select ${sql.unsafe(messageColumns)}
    from ${sql.unsafe(messagesWithDelivery)}
    where message.tenant_id = ${toUuid(actor.tenantId)}
      and message.id = any(${ids})
      and ${visibleTo(sql, actor)}
    order by message.id desc
  `;
  return oneOfEach(rows.map(toMessageView));
}

/** The same conversation may be found by its id and by what was said in it. */
function oneOfEach(messages: MessageView[]): MessageView[] {
  const seen = new Set<string>();
  return messages.filter(({ correlationId }) => {
    if (seen.has(correlationId)) return false;
    seen.add(correlationId);
    return true;
  });
}

/** The latest message with the words of each conversation, latest first. */
async function findInRecentMessages(sql: Sql, actor: Actor, q: string): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    with recent as materialized (
      select
        message.tenant_id, message.id, message.correlation_id, message.sender_id, message.recipient_id,
        case when pg_column_size(message.payload) <= ${searchedPayloadBytes} then message.payload end as payload
      from messages message
      where message.tenant_id = ${toUuid(actor.tenantId)} and ${visibleTo(sql, actor)}
      order by message.id desc
      limit ${searchedMessages}
    ), found as (
      select distinct on (recent.correlation_id) recent.id
      from recent
      left join agents sender on sender.tenant_id = recent.tenant_id and sender.id = recent.sender_id
      left join agents recipient on recipient.tenant_id = recent.tenant_id and recipient.id = recent.recipient_id
      where ${containsWords(
        sql,
        sql`concat_ws(
          ' ', recent.correlation_id, sender.name, recipient.name, recent.payload ->> 'taskId',
          recent.payload ->> 'description', recent.payload ->> 'status', recent.payload ->> 'detail',
          recent.payload ->> 'query', recent.payload ->> 'reason'
        )`,
        q,
      )}
      order by recent.correlation_id, recent.id desc
    )
    select id from found order by id desc limit ${shownConversations}
  `;
  return rows.map(({ id }) => id);
}

/**
 * The message with this id, or the latest message of each conversation whose correlation id begins
 * like this. Steps from one correlation id to the next through the index, whatever each one holds.
 */
async function findByIds(sql: Sql, actor: Actor, q: string): Promise<string[]> {
  const messageId = parseId(q, "msg");
  if (messageId !== undefined) return [toUuid(messageId)];
  const tenant = toUuid(actor.tenantId);
  const rows = await sql<{ id: string }[]>`
    with recursive named (correlation_id, n) as (
      (
        select correlation_id, 1 from messages
        where tenant_id = ${tenant} and correlation_id >= ${q}
        order by correlation_id limit 1
      )
      union all
      select next.correlation_id, named.n + 1
      from named
      cross join lateral (
        select correlation_id from messages
        where tenant_id = ${tenant} and correlation_id > named.correlation_id
        order by correlation_id limit 1
      ) next
      where named.n < ${shownConversations} and starts_with(named.correlation_id, ${q})
    )
    select latest.id
    from named
    cross join lateral (
      select message.id from messages message
      where message.tenant_id = ${tenant}
        and message.correlation_id = named.correlation_id
        and ${visibleTo(sql, actor)}
      order by message.id desc
      limit 1
    ) latest
    where starts_with(named.correlation_id, ${q})
  `;
  return rows.map(({ id }) => id);
}
