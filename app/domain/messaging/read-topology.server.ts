import type { Database, Sql } from "#db/database.ts";
import { type DeskId, toTypeId, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import type { AgentStatus, ModelTier } from "./agent-schema.ts";
import { mayReadBlocked, requireScope } from "./mailbox-access.ts";
import { windowMs } from "./message-list-schema.ts";
import { isoTime } from "./message-row.ts";
import {
  type EdgeCounts,
  maxShownAgents,
  type Topology,
  type TopologyAgent,
  type TopologyEdge,
  type TopologyWindow,
} from "./topology-schema.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Of what no roll-up has yet, the newest transactions: while the worker is away, they are many. */
const maxPending = 5_000;

interface TopologyOptions {
  window: TopologyWindow;
  now: Date;
}

/**
 * The agents, who may send to whom, and what went between them within a window. Counts come from the
 * roll-ups by the hour (beyond seven days by the day), with what waits to be rolled up, so that they
 * are of this moment. Of blocked messages only those learn who can repair the block; messages from and
 * to people are theirs and not part of it.
 */
export async function readTopology(
  db: Database,
  actor: Actor,
  { window, now }: TopologyOptions,
): Promise<Topology> {
  requireScope(actor, "agents:read");
  requireScope(actor, "messages:read");
  const grain = windowMs[window] > 7 * DAY_MS ? "day" : "hour";
  const stepMs = grain === "day" ? DAY_MS : HOUR_MS;
  const sinceMs = Math.floor((now.getTime() - windowMs[window]) / stepMs) * stepMs;
  return await db.asTenantSql(
    actor.tenantId,
    async (sql) => {
      const [agents, permissions, traffic] = await Promise.all([
        readAgents(sql, actor),
        readPermissions(sql, actor),
        readTraffic(sql, actor, grain, sinceMs),
      ]);
      const shown = agents.slice(0, maxShownAgents);
      const edges = joinEdges(new Set(shown.map(({ id }) => id)), permissions, traffic);
      return {
        window,
        since: new Date(sinceMs).toISOString(),
        agents: shown,
        deskId: edges.map(({ recipientId }) => recipientId).find(isDesk) ?? null,
        edges,
        isCut: agents.length > shown.length,
      };
    },
    { readOnly: true },
  );
}

type Ends = Pick<TopologyEdge, "senderId" | "recipientId">;

const isDesk = (id: TopologyEdge["recipientId"]): id is DeskId => id.startsWith("dsk_");

/** Permitted edges with their traffic, and traffic that no permission covers. */
function joinEdges(
  shown: ReadonlySet<string>,
  permissions: readonly (Ends & { permittedAt: string })[],
  traffic: readonly (Ends & EdgeCounts)[],
): TopologyEdge[] {
  const keyOf = ({ senderId, recipientId }: Ends) => `${senderId} ${recipientId}`;
  const edges = new Map<string, TopologyEdge>();
  for (const edge of permissions) edges.set(keyOf(edge), { ...edge, permitted: true, ...nothing });
  for (const edge of traffic) {
    const known = edges.get(keyOf(edge));
    const permitted = known !== undefined || isDesk(edge.recipientId);
    edges.set(keyOf(edge), { ...edge, permitted, permittedAt: known?.permittedAt ?? null });
  }
  return [...edges.values()].filter(
    ({ senderId, recipientId }) => shown.has(senderId) && (shown.has(recipientId) || isDesk(recipientId)),
  );
}

const nothing: EdgeCounts = { sent: 0, delivered: 0, blocked: 0, failed: 0, expired: 0 };

async function readAgents(sql: Sql, actor: Actor): Promise<TopologyAgent[]> {
  const rows = await sql<{ id: string; name: string; model_tier: ModelTier; status: AgentStatus }[]>`
    select id, name, model_tier, status
    from agents
    where tenant_id = ${toUuid(actor.tenantId)}
    order by name, id
    limit ${maxShownAgents + 1}
  `;
  return rows.map(({ id, name, model_tier, status }) => ({
    id: toTypeId("agt", id),
    name,
    modelTier: model_tier,
    status,
  }));
}

async function readPermissions(sql: Sql, actor: Actor) {
  const rows = await sql<{ sender_id: string; recipient_id: string; permitted_at: string }[]>`
    select sender_id, recipient_id, ${sql.unsafe(isoTime("created_at"))} as permitted_at
    from allowlist_edges
    where tenant_id = ${toUuid(actor.tenantId)}
    order by sender_id, recipient_id
  `;
  return rows.map((row) => ({
    senderId: toTypeId("agt", row.sender_id),
    recipientId: toTypeId("agt", row.recipient_id),
    permittedAt: row.permitted_at,
  }));
}

type TrafficRow = { sender_id: string; recipient_kind: "agent" | "desk"; recipient_id: string } & Record<
  keyof EdgeCounts,
  string
>;

/** In one statement, so that what the job folds in meanwhile is counted exactly once. */
async function readTraffic(
  sql: Sql,
  actor: Actor,
  grain: "hour" | "day",
  sinceMs: number,
): Promise<(Ends & EdgeCounts)[]> {
  const tenant = toUuid(actor.tenantId);
  const rows = await sql<TrafficRow[]>`
    select sender_id, recipient_kind, recipient_id,
      sum(sent) as sent, sum(delivered) as delivered, sum(blocked) as blocked,
      sum(failed) as failed, sum(expired) as expired
    from (
      select sender_kind, sender_id, recipient_kind, recipient_id, sent, delivered, blocked, failed, expired
      from edge_rollups
      where tenant_id = ${tenant} and grain = ${grain} and at >= ${new Date(sinceMs).toISOString()}::timestamptz
      union all
      select delta.sk, delta.s, delta.rk, delta.r,
        delta.sent, delta.delivered, delta.blocked, delta.failed, delta.expired
      from (
        select deltas from traffic_deltas where tenant_id = ${tenant} order by id desc limit ${maxPending}
      ) pending
      cross join lateral jsonb_to_recordset(pending.deltas) as delta (
        h bigint, sk text, s uuid, rk text, r uuid,
        sent bigint, delivered bigint, blocked bigint, failed bigint, expired bigint
      )
      where delta.h >= ${sinceMs / HOUR_MS}
    ) counted
    where sender_kind = 'agent' and recipient_kind in ('agent', 'desk')
    group by sender_id, recipient_kind, recipient_id
  `;
  const seesBlocked = mayReadBlocked(actor);
  return rows.map((row) => toTraffic(row, seesBlocked)).filter(({ sent }) => sent > 0);
}

function toTraffic(row: TrafficRow, seesBlocked: boolean): Ends & EdgeCounts {
  const blocked = Number(row.blocked);
  return {
    senderId: toTypeId("agt", row.sender_id),
    recipientId: toTypeId(row.recipient_kind === "desk" ? "dsk" : "agt", row.recipient_id),
    sent: Number(row.sent) - (seesBlocked ? 0 : blocked),
    delivered: Number(row.delivered),
    blocked: seesBlocked ? blocked : 0,
    failed: Number(row.failed),
    expired: Number(row.expired),
  };
}
