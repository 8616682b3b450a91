import type { Database, Sql } from "#db/database.ts";
import type { Actor } from "../auth/actor.ts";
import { requireScope } from "./mailbox-access.ts";
import type { MessageList, MessageListQuery } from "./message-list-schema.ts";
import { walkMessages } from "./walk-messages.server.ts";

/**
 * The messages of the actor's tenant that the actor may see, newest first. Ids are made in the order
 * of sending, so that a page is a range of ids: what is sent meanwhile moves nothing.
 */
export function listMessages(
  db: Database,
  actor: Actor,
  query: MessageListQuery,
  nowMs: number,
): Promise<MessageList> {
  requireScope(actor, "messages:read");
  return db.asTenantSql(actor.tenantId, (sql) => readPage(sql, actor, query, nowMs), { readOnly: true });
}

async function readPage(
  sql: Sql,
  actor: Actor,
  query: MessageListQuery,
  nowMs: number,
): Promise<MessageList> {
  const { limit, before, after, ...filters } = query;
  if (after === undefined) {
    const walk = await walkMessages(sql, actor, filters, { direction: "desc", from: before, limit, nowMs });
    const { messages, next: older, searchedTo } = walk;
    return { messages, older, newer: before === undefined ? null : (messages[0]?.id ?? before), searchedTo };
  }
  const walk = await walkMessages(sql, actor, filters, { direction: "asc", from: after, limit, nowMs });
  // Nothing newer than this page: it is the newest one, which is shown full.
  if (walk.next === null) return readPage(sql, actor, { ...filters, limit }, nowMs);
  const messages = walk.messages.toReversed();
  return { messages, older: messages.at(-1)?.id ?? after, newer: walk.next, searchedTo: null };
}
