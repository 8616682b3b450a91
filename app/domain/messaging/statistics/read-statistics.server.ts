import type { Database, Sql } from "#db/database.ts";
import { type AgentId, toMailboxId, toUuid } from "#db/ids.ts";
import type { Actor } from "../../auth/actor.ts";
import { notFound } from "../../errors.ts";
import { requireScope } from "../mailbox-access.ts";
import { kindOfType, type MessageKind, type MessageType } from "../schema.ts";
import { addCounts, errorRateOf, noCounts, withPending } from "./counts.ts";
import { deliveryTimeOf } from "./delivery-time.ts";
import type { Figures, RankedParty } from "./figures.ts";
import { readAgentFigures } from "./read-agent-figures.server.ts";
import { readAsOf } from "./read-as-of.server.ts";
import { readTenantFigures } from "./read-tenant-figures.server.ts";
import type { Counts, CountsWithPending, Statistics, StatisticsQuery } from "./schema.ts";
import { comparedOf, pointsOf, type Window, windowOf } from "./statistics-window.ts";

/**
 * What was sent in a window and what became of it: of the tenant for a person, of itself for an
 * agent. Read from roll-ups alone, so that it costs the same whether the messages are few, many or
 * no longer kept.
 *
 * Throws `not_found` for an agent that the actor may not read, as for one that is not there, and
 * `invalid_input` for a window that is too long or has not begun.
 */
export function readStatistics(
  db: Database,
  actor: Actor,
  query: StatisticsQuery,
  nowMs: number,
): Promise<Statistics> {
  requireScope(actor, "messages:read");
  const agentId = readableAgent(actor, query.agentId);
  const window = windowOf(query, nowMs);
  const tenantUuid = toUuid(actor.tenantId);
  return db.asTenantSql(
    actor.tenantId,
    async (sql) => {
      if (agentId !== undefined) await requireAgent(sql, tenantUuid, agentId);
      const [asOf, figures] = await Promise.all([
        readAsOf(sql, tenantUuid),
        agentId === undefined
          ? readTenantFigures(sql, { tenantUuid, window, nowMs })
          : readAgentFigures(sql, {
              ...{ tenantUuid, window, nowMs },
              agentUuid: toUuid(agentId),
              withTurnedAway: actor.kind !== "agent",
            }),
      ]);
      return statisticsOf(figures, { window, asOf, nowMs });
    },
    { readOnly: true },
  );
}

/** Whose figures these are: an agent's own, whatever it asks for; a person's choice. */
export function readableAgent(actor: Actor, asked: AgentId | undefined): AgentId | undefined {
  if (actor.kind !== "agent") return asked;
  if (asked !== undefined && asked !== actor.id) throw notFound("agent");
  return actor.id;
}

/** Throws `not_found` where the tenant has no such agent. */
export async function requireAgent(sql: Sql, tenantUuid: string, agentId: AgentId): Promise<void> {
  const found = await sql`select from agents where tenant_id = ${tenantUuid} and id = ${toUuid(agentId)}`;
  if (found.length === 0) throw notFound("agent");
}

function statisticsOf(
  figures: Figures,
  { window, asOf, nowMs }: { window: Window; asOf: string; nowMs: number },
): Statistics {
  const totals = [...figures.points.values()].reduce(addCounts, noCounts);
  const compared = comparedOf(window, nowMs);
  return {
    window: { from: iso(window.fromMs), to: iso(window.toMs), grain: window.grain },
    asOf,
    totals: withPending(totals),
    errorRate: errorRateOf(totals),
    byType: figures.byType && byTypeOf(figures.byType),
    byKind: figures.byType && byKindOf(figures.byType),
    deliveryTime: figures.latencies && deliveryTimeOf(figures.latencies),
    topSenders: partiesOf(figures, "sent").map(({ party, counts }) => ({
      party,
      sent: counts.sent,
      blocked: counts.blocked,
    })),
    topReceivers: partiesOf(figures, "received").map(({ party, counts }) => ({
      party,
      received: counts.sent - counts.blocked,
      blocked: counts.blocked,
    })),
    series: pointsOf(window).map((atMs) => ({
      at: iso(atMs),
      ...withPending(figures.points.get(atMs) ?? noCounts),
    })),
    comparison: {
      current: spanOf(compared.current, figures.current),
      before: spanOf(compared.before, figures.before),
    },
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();

const spanOf = ([fromMs, toMs]: [number, number], totals: Counts) => ({
  from: iso(fromMs),
  to: iso(toMs),
  totals,
});

const byTypeOf = (counts: Map<MessageType, Counts>): Record<MessageType, CountsWithPending> => {
  const of = (type: MessageType) => withPending(counts.get(type) ?? noCounts);
  return {
    task_handoff: of("task_handoff"),
    status_update: of("status_update"),
    data_request: of("data_request"),
    data_response: of("data_response"),
    escalation: of("escalation"),
  };
};

const byKindOf = (counts: Map<MessageType, Counts>): Record<MessageKind, CountsWithPending> => {
  const of = (kind: MessageKind) =>
    withPending(
      [...counts]
        .filter(([type]) => kindOfType[type] === kind)
        .map(([, each]) => each)
        .reduce(addCounts, noCounts),
    );
  return {
    command: of("command"),
    event: of("event"),
    query: of("query"),
    response: of("response"),
    notification: of("notification"),
  };
};

const partiesOf = ({ parties }: Figures, direction: RankedParty["direction"]) =>
  parties
    .filter((ranked) => ranked.direction === direction)
    .map(({ kind, uuid, name, counts }) => ({
      party: { id: toMailboxId(kind, uuid), kind, name },
      counts,
    }));
