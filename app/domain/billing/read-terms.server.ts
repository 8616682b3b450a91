import type { Sql } from "#db/database.ts";
import { type AgentId, type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import type { ModelTier, Plan, ThinkingMode } from "../catalogue.ts";
import { boundsOf, dayOf, type Period } from "../usage/period.ts";
import { hasDaysOf, sumOfDays } from "../usage/reading/days-of-months.server.ts";
import type { AgentTerms, PlanTerms, SegmentUsage } from "./terms.ts";

/** From a moment on, up to another; in milliseconds since 1970. */
export interface Span {
  startMs: number;
  endMs: number;
}

const tokens = { table: "rollup", column: "tokens_by_day" } as const;

const microseconds = (column: string): string => `(extract(epoch from ${column}) * 1000000)::bigint`;

/** The plans that a tenant was on in a time, each from when it began to hold. */
export async function readPlanTerms(
  sql: Sql,
  tenantId: TenantId,
  { startMs, endMs }: Span,
): Promise<PlanTerms[]> {
  const rows = await sql<{ from_us: string; plan: Plan; overage: boolean }[]>`
    select ${sql.unsafe(microseconds("valid_from"))} as from_us, plan, overage
    from (
      select valid_from, plan, overage, lead(valid_from) over (order by valid_from) as next_from
      from plan_terms
      where tenant_id = ${toUuid(tenantId)} and valid_from < ${new Date(endMs)}
    ) terms
    where next_from is null or next_from > ${new Date(startMs)}
    order by valid_from`;
  return rows.map(({ from_us, plan, overage }) => ({ fromUs: Number(from_us), plan, overage }));
}

/** The terms of its agents in a time, the oldest agents first where they begin together. */
export async function readAgentTerms(
  sql: Sql,
  tenantId: TenantId,
  { startMs, endMs }: Span,
): Promise<AgentTerms[]> {
  const rows = await sql<
    { agent_id: string; from_us: string; model_tier: ModelTier; thinking_mode: ThinkingMode }[]
  >`
    select agent_id, ${sql.unsafe(microseconds("valid_from"))} as from_us, model_tier, thinking_mode
    from (
      select agent_id, valid_from, model_tier, thinking_mode,
        lead(valid_from) over (partition by agent_id order by valid_from) as next_from
      from agent_terms
      where tenant_id = ${toUuid(tenantId)} and valid_from < ${new Date(endMs)}
    ) terms
    where next_from is null or next_from > ${new Date(startMs)}
    order by valid_from, agent_id`;
  return rows.map((row) => ({
    agentId: toTypeId("agt", row.agent_id),
    fromUs: Number(row.from_us),
    modelTier: row.model_tier,
    thinkingMode: row.thinking_mode,
  }));
}

/** What its agents used in a month, by the terms that held. */
export async function readUsage(sql: Sql, tenantId: TenantId, month: Period): Promise<SegmentUsage[]> {
  const { endMs } = boundsOf(month);
  const days = [month, dayOf(endMs - 1)] as const;
  const rows = await sql<
    { agent_id: string; terms_from_us: string; model_tier: ModelTier; tokens: string }[]
  >`
    select agent_id, ${sql.unsafe(microseconds("terms_from"))} as terms_from_us, model_tier,
      sum(${sumOfDays(sql, tokens, days)})::bigint as tokens
    from usage_months rollup
    where tenant_id = ${toUuid(tenantId)} and month = ${month}::date
    group by agent_id, terms_from, model_tier
    order by agent_id, terms_from`;
  return rows.map((row) => ({
    agentId: toTypeId("agt", row.agent_id),
    termsFromUs: Number(row.terms_from_us),
    modelTier: row.model_tier,
    tokens: Number(row.tokens),
  }));
}

/** Tokens of each agent from the day of a moment to that of another. */
export async function readPace(
  sql: Sql,
  tenantId: TenantId,
  { startMs, endMs }: Span,
): Promise<Map<AgentId, number>> {
  const days = [dayOf(startMs), dayOf(endMs)] as const;
  const rows = await sql<{ agent_id: string; tokens: string }[]>`
    select agent_id, sum(${sumOfDays(sql, tokens, days)})::bigint as tokens
    from usage_months rollup
    where tenant_id = ${toUuid(tenantId)} and ${hasDaysOf(sql, "rollup", days)}
    group by agent_id
    order by agent_id`;
  return new Map(rows.map(({ agent_id, tokens }) => [toTypeId("agt", agent_id), Number(tokens)]));
}
