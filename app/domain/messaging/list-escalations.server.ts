import type { Database, Sql } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import type { UserActor } from "../auth/actor.ts";
import { invalidInput } from "../errors.ts";
import {
  type EscalationRow,
  escalationColumns,
  escalationsWithMessage,
  isMissed,
  isUnresolved,
  toEscalationView,
} from "./escalation-row.ts";
import {
  type EscalationCounts,
  type EscalationList,
  type EscalationListName,
  type EscalationListQuery,
  type EscalationView,
  escalationListSchema,
  parseEscalationCursor,
  severitiesByRank,
} from "./escalation-schema.ts";
import { requireScope } from "./mailbox-access.ts";

/** Those that wait are counted up to here. */
const maxCounted = 1_000;

/**
 * A list of the operators' desk: what waits by severity, then the oldest first; what is closed by
 * when it was sent, the newest first.
 */
export function listEscalations(
  db: Database,
  actor: UserActor,
  query: EscalationListQuery = {},
): Promise<EscalationList> {
  requireScope(actor, "messages:read");
  const { list, limit, cursor } = escalationListSchema.parse(query);
  return db.asTenantSql(
    actor.tenantId,
    async (sql) => {
      const [found, counts] = await Promise.all([
        findEscalations(sql, actor, { list, limit: limit + 1, cursor }),
        countEscalations(sql, actor),
      ]);
      const escalations = found.slice(0, limit);
      const last = escalations.at(-1);
      return { escalations, cursor: found.length > limit && last ? cursorOf(last) : null, counts };
    },
    { readOnly: true },
  );
}

const cursorOf = ({ severity, message }: EscalationView): string =>
  `${severitiesByRank.indexOf(severity)}.${message.id}`;

interface FindOptions {
  list: EscalationListName;
  limit: number;
  cursor: string | undefined;
}

async function findEscalations(
  sql: Sql,
  actor: UserActor,
  { list, limit, cursor }: FindOptions,
): Promise<EscalationView[]> {
  const after = cursor === undefined ? undefined : parseEscalationCursor(cursor);
  if (cursor !== undefined && after === undefined)
    throw invalidInput("query.cursor", "is not a cursor that this list gave");
  const start =
    after === undefined
      ? sql``
      : list === "closed"
        ? sql`and escalation.message_id < ${toUuid(after.messageId)}`
        : sql`and (escalation.severity_rank, escalation.message_id) > (${after.rank}, ${toUuid(after.messageId)}::uuid)`;
  const rows = await sql<EscalationRow[]>`
    select ${sql.unsafe(escalationColumns)}
    from ${sql.unsafe(escalationsWithMessage)}
    where escalation.tenant_id = ${toUuid(actor.tenantId)}
      and ${conditionOf(sql, actor, list)}
      ${start}
    order by ${list === "closed" ? sql`escalation.message_id desc` : sql`escalation.severity_rank, escalation.message_id`}
    limit ${limit}
  `;
  return rows.map(toEscalationView);
}

function conditionOf(sql: Sql, actor: UserActor, list: EscalationListName) {
  switch (list) {
    case "waiting":
      return sql.unsafe(`${isUnresolved} and not ${isMissed}`);
    case "mine":
      return sql`${sql.unsafe(isUnresolved)} and escalation.state = 'taken'
        and escalation.holder_id = ${toUuid(actor.membershipId)}`;
    case "closed":
      return sql.unsafe(`(escalation.state = 'resolved' or ${isMissed})`);
  }
}

/** How many wait, on the caller's transaction. */
export async function countEscalations(sql: Sql, actor: UserActor): Promise<EscalationCounts> {
  const [row] = await sql<{ open: number; taken: number; mine: number }[]>`
    select
      count(*) filter (where state = 'open')::int as open,
      count(*) filter (where state = 'taken')::int as taken,
      count(*) filter (where state = 'taken' and holder_id = ${toUuid(actor.membershipId)})::int as mine
    from (
      select escalation.state, escalation.holder_id
      from escalations escalation
      join deliveries delivery
        on delivery.tenant_id = escalation.tenant_id and delivery.message_id = escalation.message_id
      where escalation.tenant_id = ${toUuid(actor.tenantId)}
        and ${sql.unsafe(isUnresolved)} and not ${sql.unsafe(isMissed)}
      limit ${maxCounted + 1}
    ) waiting
  `;
  const { open = 0, taken = 0, mine = 0 } = row ?? {};
  return { open, taken, mine, isExact: open + taken <= maxCounted };
}
