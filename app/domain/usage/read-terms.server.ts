import type { Sql } from "#db/database.ts";
import type { ModelTier } from "../catalogue.ts";
import type { QuotaHold } from "../quota-state.ts";
import type { PreparedUsage } from "./prepared-usage.ts";

/** What the metering has to know of an agent that used something. */
export interface AgentFacts {
  name: string;
  tokenQuota: number;
  /** What its sends are held to at this moment. */
  hold: QuotaHold | null;
  /** Whether its tenant buys what is over quota, at this moment. */
  overage: boolean;
  /** Oldest first, from those that held when the oldest of the events occurred. */
  agentTerms: readonly [from: string, tier: ModelTier][];
  planTerms: readonly string[];
}

/** The terms that price an event. Times have microseconds, since they are what terms are known by. */
export interface Terms {
  termsFrom: string;
  modelTier: ModelTier;
}

export interface UsageFacts {
  /** By `agentKey`; an agent that its tenant does not have is absent. */
  agents: Map<string, AgentFacts>;
  /** The transaction's time. */
  nowMs: number;
}

export const agentKey = (event: PreparedUsage): string => `${event.call.tenantUuid} ${event.agentUuid}`;

interface FactsRow {
  tenant_id: string;
  agent_id: string;
  name: string;
  token_quota: string;
  hold: QuotaHold | null;
  overage: boolean;
  agent_terms: [string, ModelTier][];
  plan_terms: string[];
  now_ms: string;
}

/** SQL: a time to the microsecond, in a form whose order is that of time. */
const exactTime = (column: string): string =>
  `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** Reads what the events' agents are, and their terms from the time of the oldest event on. Locks nothing. */
export async function readTerms(sql: Sql, batch: readonly PreparedUsage[]): Promise<UsageFacts> {
  const oldest = new Map<string, { tenant_id: string; agent_id: string; sinceMs: number }>();
  for (const one of batch) {
    const known = oldest.get(agentKey(one));
    if (known === undefined)
      oldest.set(agentKey(one), {
        ...{ tenant_id: one.call.tenantUuid, agent_id: one.agentUuid, sinceMs: one.occurredAtMs },
      });
    else known.sinceMs = Math.min(known.sinceMs, one.occurredAtMs);
  }
  const wanted = Array.from(oldest.values(), ({ tenant_id, agent_id, sinceMs }) => ({
    ...{ tenant_id, agent_id, since: new Date(sinceMs).toISOString() },
  }));
  const rows = await sql<FactsRow[]>`
    select
      wanted.tenant_id, wanted.agent_id, agent.name, agent.token_quota, tenant.overage,
      case when agent.quota_hold_until > now() then agent.quota_hold end as hold,
      (
        select json_agg(json_build_array(${sql.unsafe(exactTime("terms.valid_from"))}, terms.model_tier) order by terms.valid_from)
        from agent_terms terms
        where terms.tenant_id = wanted.tenant_id and terms.agent_id = wanted.agent_id
          and terms.valid_from >= coalesce((
            select max(before.valid_from) from agent_terms before
            where before.tenant_id = wanted.tenant_id and before.agent_id = wanted.agent_id
              and before.valid_from <= wanted.since
          ), '-infinity')
      ) as agent_terms,
      (
        select json_agg(${sql.unsafe(exactTime("terms.valid_from"))} order by terms.valid_from)
        from plan_terms terms
        where terms.tenant_id = wanted.tenant_id
          and terms.valid_from >= coalesce((
            select max(before.valid_from) from plan_terms before
            where before.tenant_id = wanted.tenant_id and before.valid_from <= wanted.since
          ), '-infinity')
      ) as plan_terms,
      floor(extract(epoch from now()) * 1000)::bigint as now_ms
    from json_to_recordset(${JSON.stringify(wanted)}::text::json) as wanted (
      tenant_id uuid, agent_id uuid, since timestamptz
    )
    join agents agent on agent.tenant_id = wanted.tenant_id and agent.id = wanted.agent_id
    join tenants tenant on tenant.id = wanted.tenant_id
  `;
  return {
    agents: new Map(rows.map((row) => [`${row.tenant_id} ${row.agent_id}`, toFacts(row)])),
    nowMs: rows[0] === undefined ? Date.now() : Number(rows[0].now_ms),
  };
}

const toFacts = (row: FactsRow): AgentFacts => ({
  name: row.name,
  tokenQuota: Number(row.token_quota),
  hold: row.hold,
  overage: row.overage,
  agentTerms: row.agent_terms,
  planTerms: row.plan_terms,
});

/** The terms that held at that time; before all of them, the first ones. */
export function termsAt({ agentTerms, planTerms }: AgentFacts, atMs: number): Terms {
  // As long as the database's microseconds, so that the texts compare as the times do.
  const at = new Date(atMs).toISOString().replace("Z", "000Z");
  const ofAgent = agentTerms.findLast(([from]) => from <= at) ?? agentTerms[0];
  const ofPlan = planTerms.findLast((from) => from <= at) ?? planTerms[0];
  if (ofAgent === undefined || ofPlan === undefined) throw new Error("an agent or a tenant has no terms");
  const [agentFrom, modelTier] = ofAgent;
  return { termsFrom: agentFrom > ofPlan ? agentFrom : ofPlan, modelTier };
}
