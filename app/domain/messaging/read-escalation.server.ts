import type { Database, Sql } from "#db/database.ts";
import { type MessageId, toUuid } from "#db/ids.ts";
import type { Actor, UserActor } from "../auth/actor.ts";
import {
  type EscalationRow,
  escalationColumns,
  escalationsWithMessage,
  toEscalationView,
} from "./escalation-row.ts";
import type { EscalationView } from "./escalation-schema.ts";
import { requireScope } from "./mailbox-access.ts";

/** One escalation of the actor's desk; null when there is none with this message. */
export function findEscalation(
  db: Database,
  actor: UserActor,
  messageId: MessageId,
): Promise<EscalationView | null> {
  requireScope(actor, "messages:read");
  return db.asTenantSql(actor.tenantId, (sql) => selectEscalation(sql, actor, messageId), { readOnly: true });
}

/** `findEscalation` on the caller's transaction. */
export async function selectEscalation(
  sql: Sql,
  actor: UserActor,
  messageId: MessageId,
): Promise<EscalationView | null> {
  const [row] = await sql<EscalationRow[]>`
    select ${sql.unsafe(escalationColumns)}
    from ${sql.unsafe(escalationsWithMessage)}
    where escalation.tenant_id = ${toUuid(actor.tenantId)} and escalation.message_id = ${toUuid(messageId)}
  `;
  return row === undefined ? null : toEscalationView(row);
}

/** Where each of these messages is at the desk, on the caller's transaction; by the message's id. */
export async function readDeskStates(
  sql: Sql,
  actor: Actor,
  messageIds: readonly MessageId[],
): Promise<Record<string, Pick<EscalationView, "state" | "isExpired" | "holder">>> {
  if (messageIds.length === 0) return {};
  const rows = await sql<EscalationRow[]>`
    select ${sql.unsafe(escalationColumns)}
    from ${sql.unsafe(escalationsWithMessage)}
    where escalation.tenant_id = ${toUuid(actor.tenantId)}
      and escalation.message_id = any(${messageIds.map(toUuid)}::uuid[])
  `;
  return Object.fromEntries(
    rows
      .map(toEscalationView)
      .map(({ message, state, isExpired, holder }) => [message.id, { state, isExpired, holder }]),
  );
}
