import type { Database, Sql } from "#db/database.ts";
import { type AgentId, type MailboxKind, toMailboxId, toUuid } from "#db/ids.ts";
import type { Actor } from "../../auth/actor.ts";
import { requireScope } from "../mailbox-access.ts";
import { type CommunicationsPlace, decodePlace, encodePlace } from "./communications-cursor.ts";
import { knownName } from "./ranked-parties.ts";
import { readAsOf } from "./read-as-of.server.ts";
import { readableAgent, requireAgent } from "./read-statistics.server.ts";
import type { Communication, Communications, CommunicationsQuery } from "./schema.ts";
import { DAY_MS } from "./statistics-window.ts";

interface PeerRow {
  peer_kind: MailboxKind;
  peer_id: string;
  name: string;
  sent: string;
  received: string;
  blocked: string;
  failed: string;
  turned_away: string;
  volume: string;
  last_day: string;
  total: string;
}

/**
 * Whom an agent exchanged messages with over some UTC days, those with most first. An agent may ask
 * for its own, and is not told of what was kept from it.
 *
 * Throws `not_found` for an agent that the actor may not read, as for one that is not there, and
 * `invalid_input` for a cursor that is none.
 */
export function readCommunications(
  db: Database,
  actor: Actor,
  agentId: AgentId,
  query: CommunicationsQuery,
  nowMs: number,
): Promise<Communications> {
  requireScope(actor, "messages:read");
  readableAgent(actor, agentId);
  const place = query.cursor === undefined ? undefined : decodePlace(query.cursor);
  const fromMs = (Math.floor(nowMs / DAY_MS) - query.days + 1) * DAY_MS;
  const tenantUuid = toUuid(actor.tenantId);
  const withTurnedAway = actor.kind !== "agent";
  return db.asTenantSql(
    actor.tenantId,
    async (sql) => {
      await requireAgent(sql, tenantUuid, agentId);
      const [asOf, rows] = await Promise.all([
        readAsOf(sql, tenantUuid),
        readPeers(sql, {
          tenantUuid,
          agentUuid: toUuid(agentId),
          fromMs,
          withTurnedAway,
          place,
          limit: query.limit + 1,
        }),
      ]);
      const shown = rows.slice(0, query.limit);
      const last = shown.at(-1);
      const hasMore = rows.length > query.limit && last !== undefined;
      return {
        agentId,
        from: new Date(fromMs).toISOString(),
        to: new Date(fromMs + query.days * DAY_MS).toISOString(),
        asOf,
        peers: shown.map((row) => toCommunication(row, withTurnedAway)),
        pagination: {
          total: Number(rows[0]?.total ?? 0),
          limit: query.limit,
          nextCursor: hasMore ? encodePlace({ volume: Number(last.volume), peerUuid: last.peer_id }) : null,
        },
      };
    },
    { readOnly: true },
  );
}

interface PeersOptions {
  tenantUuid: string;
  agentUuid: string;
  fromMs: number;
  withTurnedAway: boolean;
  place: CommunicationsPlace | undefined;
  limit: number;
}

function readPeers(sql: Sql, options: PeersOptions): Promise<PeerRow[]> {
  const { tenantUuid, agentUuid, withTurnedAway, place, limit } = options;
  const from = new Date(options.fromMs).toISOString();
  return sql<PeerRow[]>`
    with edge as (
      select
        recipient_kind as peer_kind, recipient_id as peer_id, at,
        sent, 0::bigint as received, blocked, failed + expired as failed, 0::bigint as turned_away
      from edge_rollups
      where tenant_id = ${tenantUuid} and sender_id = ${agentUuid}
        and grain = 'day' and at >= ${from}::timestamptz and sent > 0
      union all
      select
        sender_kind, sender_id, at, 0, sent - blocked, 0, failed + expired,
        case when ${withTurnedAway} then blocked else 0 end
      from edge_rollups
      where tenant_id = ${tenantUuid} and recipient_id = ${agentUuid}
        and grain = 'day' and at >= ${from}::timestamptz
        and case when ${withTurnedAway} then sent else sent - blocked end > 0
    ), peer as materialized (
      select
        peer_kind, peer_id, sum(sent)::bigint as sent, sum(received)::bigint as received,
        sum(blocked)::bigint as blocked, sum(failed)::bigint as failed, sum(turned_away)::bigint as turned_away,
        (sum(sent) + sum(received) + sum(turned_away))::bigint as volume, max(at) as last_at
      from edge
      group by peer_kind, peer_id
    )
    select
      peer.*, to_char(peer.last_at at time zone 'utc', 'YYYY-MM-DD') as last_day,
      (select count(*) from peer) as total,
      ${sql.unsafe(knownName("mine.tenant_id", "peer.peer_kind", "peer.peer_id"))} as name
    from peer
    cross join (select ${tenantUuid}::uuid as tenant_id) mine
    where ${place === undefined ? sql`true` : sql`(peer.volume, peer.peer_id) < (${place.volume}::bigint, ${place.peerUuid}::uuid)`}
    order by peer.volume desc, peer.peer_id desc
    limit ${limit}
  `;
}

const toCommunication = (row: PeerRow, withTurnedAway: boolean): Communication => ({
  peer: { id: toMailboxId(row.peer_kind, row.peer_id), kind: row.peer_kind, name: row.name },
  sent: Number(row.sent),
  received: Number(row.received),
  blocked: Number(row.blocked),
  failed: Number(row.failed),
  turnedAway: withTurnedAway ? Number(row.turned_away) : null,
  lastDay: row.last_day,
});
