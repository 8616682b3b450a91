import type { Database } from "#db/database.ts";
import { type AgentId, firstUuidOf, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { notFound } from "../errors.ts";
import type { AgentTraffic, TrafficWindow } from "./agent-schema.ts";
import { requireScope } from "./mailbox-access.ts";
import { receivedSince } from "./received-since.ts";

const minuteMs = 60_000;

const grids: Record<TrafficWindow, { steps: number; stepMs: number }> = {
  "1h": { steps: 60, stepMs: minuteMs },
  "24h": { steps: 48, stepMs: 30 * minuteMs },
};

interface TrafficRow {
  received: string;
  buckets: { step: number; delivered: number; refused: number }[];
}

/**
 * What an agent sent over a window that ends `now`, in steps on the clock, and how much it received.
 * @throws AppError not_found.
 */
export async function readAgentTraffic(
  db: Database,
  actor: Actor,
  agentId: AgentId,
  { window, now }: { window: TrafficWindow; now: Date },
): Promise<AgentTraffic> {
  requireScope(actor, "messages:read");
  const { steps, stepMs } = grids[window];
  const startMs = (Math.floor(now.getTime() / stepMs) - steps + 1) * stepMs;
  const [row] = await db.asTenantSql(
    actor.tenantId,
    (sql) => sql<TrafficRow[]>`
      select
        ${sql.unsafe(receivedSince("since.at"))} as received,
        coalesce((
          select json_agg(bucket) from (
            select
              least(
                greatest(floor(extract(epoch from message.created_at - since.at) * 1000 / ${stepMs}), 0),
                ${steps - 1}
              )::int as step,
              count(message.sequence)::int as delivered,
              count(*) filter (where message.sequence is null)::int as refused
            from messages message
            where message.tenant_id = mailbox.tenant_id
              and message.sender_id = mailbox.id
              and message.id >= ${firstUuidOf(startMs)}
            group by step
          ) bucket
        ), '[]'::json) as buckets
      from mailboxes mailbox
      cross join (select ${new Date(startMs).toISOString()}::timestamptz as at) since
      where mailbox.tenant_id = ${toUuid(actor.tenantId)}
        and mailbox.id = ${toUuid(agentId)}
        and mailbox.kind = 'agent'
    `,
    { readOnly: true },
  );
  if (row === undefined) throw notFound("agent");
  const points = Array.from({ length: steps }, (_, step) => ({
    at: new Date(startMs + step * stepMs).toISOString(),
    delivered: 0,
    refused: 0,
  }));
  for (const { step, delivered, refused } of row.buckets) {
    const point = points[step];
    if (point !== undefined) Object.assign(point, { delivered, refused });
  }
  return { window, points, received: Number(row.received) };
}
