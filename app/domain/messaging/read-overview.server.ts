import type { Database, Sql } from "#db/database.ts";
import { firstUuidOf, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { countEscalations } from "./list-escalations.server.ts";
import { requireScope } from "./mailbox-access.ts";
import { readAgentPulses } from "./overview-agents.server.ts";
import { readProblems } from "./overview-problems.server.ts";
import type { Overview, OverviewEscalations } from "./overview-schema.ts";
import type { TrafficCounter } from "./overview-traffic.server.ts";
import { readDeskStates } from "./read-escalation.server.ts";
import { visibleTo } from "./visible-messages.server.ts";
import { walkMessages } from "./walk-messages.server.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const shownEscalations = 4;
const maxCountedEscalations = 1_000;

/** What an admin wants to know first: the last hour's traffic, what went wrong, who is busy or silent. */
export function readOverview(
  { db, traffic }: { db: Database; traffic: TrafficCounter },
  actor: Actor,
  nowMs: number,
): Promise<Overview> {
  requireScope(actor, "messages:read");
  requireScope(actor, "agents:read");
  return db.asTenantSql(
    actor.tenantId,
    async (sql) => {
      const [hour, problems, agents, escalations] = await Promise.all([
        traffic.read(sql, actor, nowMs),
        readProblems(sql, actor, nowMs - DAY_MS),
        readAgentPulses(sql, actor, nowMs - HOUR_MS),
        readEscalations(sql, actor, nowMs),
      ]);
      return { traffic: hour, problems, agents, escalations };
    },
    { readOnly: true },
  );
}

async function readEscalations(sql: Sql, actor: Actor, nowMs: number): Promise<OverviewEscalations> {
  const [{ messages: latest }, [counted], { open }] = await Promise.all([
    walkMessages(
      sql,
      actor,
      { type: "escalation" },
      {
        direction: "desc",
        from: undefined,
        limit: shownEscalations,
        nowMs,
      },
    ),
    sql<{ count: string }[]>`
      select count(*) from (
        select from messages message
        where message.tenant_id = ${toUuid(actor.tenantId)}
          and message.type = 'escalation'
          and message.id >= ${firstUuidOf(nowMs - DAY_MS)}
          and ${visibleTo(sql, actor)}
        limit ${maxCountedEscalations + 1}
      ) counted
    `,
    actor.kind === "user" ? countEscalations(sql, actor) : { open: 0 },
  ]);
  const atDesk = latest.filter(({ recipient }) => recipient.kind === "desk").map(({ id }) => id);
  const count = Number(counted?.count ?? 0);
  return {
    latest,
    atDesk: await readDeskStates(sql, actor, atDesk),
    open,
    count: Math.min(count, maxCountedEscalations),
    isExact: count <= maxCountedEscalations,
  };
}
