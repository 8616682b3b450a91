import type { Actor } from "#app/domain/auth/actor.ts";
import { AppError, notFound } from "#app/domain/errors.ts";
import { visibleTo } from "#app/domain/messaging/visible-messages.server.ts";
import type { Database } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import { requireReadableMailboxes } from "./require-readable-mailboxes.server.ts";
import type { ParsedTopic } from "./schema.ts";

/**
 * Makes sure that the actor may watch every one of these topics.
 * @throws AppError not_found: for what the actor may not read, as for what is not there; forbidden:
 * for the tenant's traffic, which is for people, and for the activity and alerts, which need rights.
 */
export async function requireReadableTopics(
  db: Database,
  actor: Actor,
  topics: readonly ParsedTopic[],
): Promise<void> {
  if (actor.kind === "agent" && topics.some(({ kind }) => kind === "traffic"))
    throw new AppError("forbidden", "The traffic of the whole tenant is for people to watch.");
  if (topics.some(({ kind }) => kind === "activity") && !actor.scopes.has("activity:read"))
    throw new AppError("forbidden", "This needs the right activity:read.");
  if (topics.some(({ kind }) => kind === "alerts") && !actor.scopes.has("alerts:read"))
    throw new AppError("forbidden", "This needs the right alerts:read.");
  const mailboxIds = topics.flatMap((topic) => (topic.kind === "inbox" ? [topic.mailboxId] : []));
  const correlationIds = topics.flatMap((topic) =>
    topic.kind === "conversation" ? [topic.correlationId] : [],
  );
  if (mailboxIds.length > 0) await requireReadableMailboxes(db, actor, mailboxIds);
  if (correlationIds.length > 0) await requireReadableConversations(db, actor, correlationIds);
}

/** A conversation is there for those who may see a message of it. */
async function requireReadableConversations(
  db: Database,
  actor: Actor,
  correlationIds: readonly string[],
): Promise<void> {
  const [row] = await db.asTenantSql(
    actor.tenantId,
    (sql) => sql<{ found: number }[]>`
      select count(*)::int as found
      from unnest(${[...correlationIds]}::text[]) as asked (correlation_id)
      where exists (
        select 1 from messages message
        where message.tenant_id = ${toUuid(actor.tenantId)}
          and message.correlation_id = asked.correlation_id
          and ${visibleTo(sql, actor)}
      )
    `,
    { readOnly: true },
  );
  if (row?.found !== correlationIds.length) throw notFound("conversation");
}
