import { AppError, notFound } from "#app/domain/errors.ts";
import type { Database } from "#db/database.ts";
import { type MailboxId, mailboxKindOf, toUuid } from "#db/ids.ts";
import type { Actor, AgentActor } from "../auth/actor.ts";
import type { MailboxMode } from "./agent-schema.ts";
import type { ChangeBus } from "./handling-change.ts";
import { mayReadMailbox, requireScope } from "./mailbox-access.ts";

export interface HandlingService {
  db: Database;
  bus: ChangeBus;
}

/**
 * Only the mailbox's own agent handles what is in it: people watch.
 *
 * @throws AppError forbidden for a person who may read the mailbox, not_found for one that the actor
 * may not read, as for one that is not there.
 */
export async function requireOwnMailbox(
  db: Database,
  actor: Actor,
  mailboxId: MailboxId,
): Promise<AgentActor> {
  requireScope(actor, "messages:read");
  if (actor.kind === "agent" && actor.id === mailboxId) return actor;
  if (mayReadMailbox(actor, mailboxId) && (await mailboxExists(db, actor, mailboxId)))
    throw new AppError("forbidden", "Only the mailbox's own agent handles its messages.");
  throw notFound("mailbox");
}

/** Whether the actor's tenant has this mailbox. */
export async function mailboxExists(db: Database, actor: Actor, mailboxId: MailboxId): Promise<boolean> {
  const rows = await db.asTenantSql(
    actor.tenantId,
    (sql) => sql`
      select from mailboxes
      where tenant_id = ${toUuid(actor.tenantId)}
        and id = ${toUuid(mailboxId)}
        and kind = ${mailboxKindOf(mailboxId)}
    `,
    { readOnly: true },
  );
  return rows.count > 0;
}

/** @throws AppError conflict that names the mode which the mailbox has. */
export function requireMode(mode: MailboxMode, needed: MailboxMode): void {
  if (mode === needed) return;
  throw new AppError(
    "conflict",
    `This needs a mailbox in the mode "${needed}"; it is in the mode "${mode}".`,
    {
      extensions: { mode },
    },
  );
}
