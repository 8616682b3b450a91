import type postgres from "postgres";
import type { Sql } from "#db/database.ts";
import { type CountsRow, comparedFrom, sumsOf, toCounts } from "./counts.ts";
import type { Figures } from "./figures.ts";
import { rankedParties, toRankedParty } from "./ranked-parties.ts";
import type { Counts } from "./schema.ts";
import { spanColumns, spanJson } from "./span-rows.ts";
import { comparedOf, spansOf, type Window } from "./statistics-window.ts";

export interface AgentFiguresOptions {
  tenantUuid: string;
  agentUuid: string;
  window: Window;
  nowMs: number;
  /** Whether sends to the agent that were blocked are counted; it is not told of them itself. */
  withTurnedAway: boolean;
}

/** The figures of what one agent sent and received. */
export async function readAgentFigures(sql: Sql, options: AgentFiguresOptions): Promise<Figures> {
  const { tenantUuid, window, nowMs } = options;
  const { fromMs, toMs, grain } = window;
  const { current, before } = comparedOf(window, nowMs);
  const series = spanJson({ series: [{ grain, fromMs, toMs }] });
  const compared = spanJson({ current: spansOf(...current), before: spansOf(...before) });
  const whole = spanJson({ window: spansOf(fromMs, toMs) });
  const [points, sides, parties] = await Promise.all([
    sql<(CountsRow & { at_ms: string })[]>`
      select (extract(epoch from edge.at) * 1000)::bigint as at_ms, ${sql.unsafe(sumsOf("edge"))}
      from (${edgesOf(sql, series, options)}) edge
      group by edge.at
    `,
    sql<(CountsRow & { part: string })[]>`
      select edge.part, ${sql.unsafe(sumsOf("edge"))}
      from (${edgesOf(sql, compared, options)}) edge
      group by edge.part
    `,
    rankedParties(
      sql,
      tenantUuid,
      sql`
        select edge.direction, edge.party_kind, edge.party_id, ${sql.unsafe(sumsOf("edge"))}
        from (${edgesOf(sql, whole, options)}) edge
        group by edge.direction, edge.party_kind, edge.party_id
      `,
    ),
  ]);
  return {
    points: new Map(points.map((row): [number, Counts] => [Number(row.at_ms), toCounts(row)])),
    byType: null,
    latencies: null,
    ...comparedFrom(sides),
    parties: parties.map(toRankedParty),
  };
}

/**
 * The roll-ups of the agent's edges in these stretches, each message once, seen from the other side:
 * what the agent sends, the peer has received.
 */
function edgesOf(
  sql: Sql,
  spans: string,
  { tenantUuid, agentUuid, withTurnedAway }: AgentFiguresOptions,
): postgres.PendingQuery<postgres.Row[]> {
  return sql`
    select span.part, edge.*
    from json_to_recordset(${spans}::text::json) as span ${sql.unsafe(spanColumns)}
    cross join lateral (
      select
        'received' as direction, sending.at, sending.recipient_kind as party_kind, sending.recipient_id as party_id,
        sending.sent, sending.delivered, sending.blocked, sending.failed, sending.expired
      from edge_rollups sending
      where sending.tenant_id = ${tenantUuid} and sending.sender_id = ${agentUuid}
        and sending.grain = span.grain and sending.at >= span.from_at and sending.at < span.to_at
      union all
      select
        'sent', receiving.at, receiving.sender_kind, receiving.sender_id,
        receiving.sent - case when ${withTurnedAway} then 0 else receiving.blocked end, receiving.delivered,
        case when ${withTurnedAway} then receiving.blocked else 0 end, receiving.failed, receiving.expired
      from edge_rollups receiving
      where receiving.tenant_id = ${tenantUuid} and receiving.recipient_id = ${agentUuid}
        and receiving.sender_id <> ${agentUuid}
        and receiving.grain = span.grain and receiving.at >= span.from_at and receiving.at < span.to_at
    ) edge
  `;
}
