import type postgres from "postgres";
import type { Sql } from "#db/database.ts";
import type { MailboxKind } from "#db/ids.ts";
import { partyName } from "../message-row.ts";
import { type CountsRow, toCounts } from "./counts.ts";
import { type RankedParty, shownParties } from "./figures.ts";

export interface PartyRow extends CountsRow {
  direction: "sent" | "received";
  party_kind: MailboxKind;
  party_id: string;
  name: string;
}

/** SQL for the name of a party that may be gone by now. */
export const knownName = (tenantId: string, kind: string, id: string): string =>
  `coalesce(${partyName(tenantId, kind, id)}, 'Deleted agent')`;

/**
 * The first of each direction, with their names. Those who were sent most are those whom most came
 * through to; then whom most was withheld from.
 * @param summed a statement that gives a row a direction and party
 */
export const rankedParties = (
  sql: Sql,
  tenantUuid: string,
  summed: postgres.PendingQuery<postgres.Row[]>,
): Promise<PartyRow[]> => sql<PartyRow[]>`
  with summed as materialized (${summed}), ranked as (
    select summed.*, row_number() over (
      partition by direction
      order by case direction when 'sent' then sent else sent - blocked end desc, sent desc, party_id
    ) as place
    from summed
    where sent > 0
  )
  select
    ranked.direction, ranked.party_kind, ranked.party_id, ranked.sent, ranked.delivered, ranked.blocked,
    ranked.failed, ranked.expired,
    ${sql.unsafe(knownName("mine.tenant_id", "ranked.party_kind", "ranked.party_id"))} as name
  from ranked
  cross join (select ${tenantUuid}::uuid as tenant_id) mine
  where ranked.place <= ${shownParties}
  order by ranked.direction, ranked.place
`;

export const toRankedParty = (row: PartyRow): RankedParty => ({
  direction: row.direction,
  kind: row.party_kind,
  uuid: row.party_id,
  name: row.name,
  counts: toCounts(row),
});
