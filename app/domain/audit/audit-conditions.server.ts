import type postgres from "postgres";
import type { Sql } from "#db/database.ts";
import type { AuditFilters } from "./audit-log-schema.ts";
import { actionPrefix } from "./matching-actions.ts";

export type Fragment = postgres.PendingQuery<postgres.Row[]>;

/** More words than this are not told apart. */
const maxWords = 6;

/** SQL: whether the filters let `event` through; the span of time is left to the index. */
export function fits(sql: Sql, filters: AuditFilters): Fragment {
  const { action, actor, actorKind, resourceType, resourceId, status, requestId, correlationId, text } =
    filters;
  const conditions = [
    action === undefined
      ? []
      : sql`(event.action = ${action} or starts_with(event.action, ${actionPrefix(action)}))`,
    actor === undefined ? [] : sql`event.actor_id = ${actor}`,
    actorKind === undefined ? [] : sql`event.actor_kind = ${actorKind}`,
    resourceType === undefined ? [] : sql`event.resource_type = ${resourceType}`,
    resourceId === undefined ? [] : sql`event.resource_id = ${resourceId}`,
    status === undefined ? [] : sql`event.status = ${status}`,
    requestId === undefined ? [] : sql`event.request_id = ${requestId}`,
    correlationId === undefined ? [] : sql`event.correlation_id = ${correlationId}`,
    // The costliest comes last, when the others let it through.
    text === undefined ? [] : containsWords(sql, text),
  ].flat();
  return conditions.length === 0
    ? sql`true`
    : sql`(${conditions.reduce((before, one) => sql`${before} and ${one}`)})`;
}

/**
 * SQL: `event` has every word, in any order and case. It is no condition of any index, so it may run
 * under row-level security as well as not, on rows that an index of the tenant has already given. Details
 * are read as the texts that were sealed, where there are any: to make text of JSON takes longer than to search it.
 */
function containsWords(sql: Sql, text: string): Fragment {
  const patterns = text
    .split(/\s+/u)
    .filter(Boolean)
    .slice(0, maxWords)
    .map((word) => `%${word.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`);
  return sql`concat_ws(
    ' ', event.action, event.actor_name, event.actor_id, event.resource_name, event.resource_id,
    event.correlation_id, event.request_id, coalesce(nullif(event.sealed_details, '{}'), event.details::text),
    event.erasable_details
  ) ilike all (${patterns}::text[])`;
}
