import type { Sql } from "#db/database.ts";
import { firstUuidOf, toTypeId, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import type { AgentStatus } from "./agent-schema.ts";
import { isoTime } from "./message-row.ts";
import type { AgentPulse, OverviewAgents } from "./overview-schema.ts";

/** An agent's messages are counted up to here. */
const maxCounted = 10_000;
const maxAgents = 1_000;
const shownAgents = 5;

interface PulseRow {
  id: string;
  name: string;
  status: AgentStatus;
  sent: string;
  last_sent_at: string | null;
}

/** Who has sent since a moment and who has not: two probes of an index an agent. */
export async function readAgentPulses(sql: Sql, actor: Actor, sinceMs: number): Promise<OverviewAgents> {
  const rows = await sql<PulseRow[]>`
    select agent.id, agent.name, agent.status, counted.sent, latest.at as last_sent_at
    from agents agent
    cross join lateral (
      select count(*) as sent
      from (
        select from messages message
        where message.tenant_id = agent.tenant_id and message.sender_id = agent.id
          and message.id >= ${firstUuidOf(sinceMs)}
        limit ${maxCounted + 1}
      ) sent
    ) counted
    left join lateral (
      select ${sql.unsafe(isoTime("message.created_at"))} as at
      from messages message
      where message.tenant_id = agent.tenant_id and message.sender_id = agent.id
      order by message.id desc
      limit 1
    ) latest on true
    where agent.tenant_id = ${toUuid(actor.tenantId)}
    order by agent.name, agent.id
    limit ${maxAgents}
  `;
  const agents = rows.map(toPulse);
  const busy = agents.filter(({ sent }) => sent > 0);
  return {
    total: agents.length,
    haveSent: agents.some(({ lastSentAt }) => lastSentAt !== null),
    busyCount: busy.length,
    busiest: busy.sort((one, other) => other.sent - one.sent).slice(0, shownAgents),
    silent: agents
      .filter(({ sent }) => sent === 0)
      .sort((one, other) => sortKey(one).localeCompare(sortKey(other)))
      .slice(0, shownAgents),
  };
}

const toPulse = (row: PulseRow): AgentPulse => ({
  id: toTypeId("agt", row.id),
  name: row.name,
  status: row.status,
  sent: Math.min(Number(row.sent), maxCounted),
  sentIsExact: Number(row.sent) <= maxCounted,
  lastSentAt: row.last_sent_at,
});

/** Never first, then by time; a paused agent is silent on purpose and comes last. */
const sortKey = ({ status, lastSentAt }: AgentPulse): string =>
  `${status === "paused" ? 1 : 0} ${lastSentAt ?? ""}`;
