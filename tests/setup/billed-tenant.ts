import { randomBytes } from "node:crypto";
import type postgres from "postgres";
import { insertTenant } from "#app/domain/auth/create-tenant.server.ts";
import { systemActor } from "#app/domain/auth/system-actor.ts";
import type { ModelTier, Plan, ThinkingMode } from "#app/domain/catalogue.ts";
import { insertAgent } from "#app/domain/messaging/create-agent.server.ts";
import type { Database } from "#db/database.ts";
import { type AgentId, type TenantId, toUuid } from "#db/ids.ts";
import { usageMonthsOf } from "./usage-by-month.ts";

export interface BilledAgent {
  modelTier: ModelTier;
  thinkingMode?: ThinkingMode;
  since?: Date;
}

export interface BilledTenantOptions {
  plan: Plan;
  overage?: boolean;
  since: Date;
  agents: readonly BilledAgent[];
}

export interface BilledTenant {
  tenantId: TenantId;
  name: string;
  agents: AgentId[];
}

/** A tenant that has been there since then, on a plan and with agents that are paid for. */
export async function createBilledTenant(
  db: Database,
  { plan, overage = false, since, agents }: BilledTenantOptions,
): Promise<BilledTenant> {
  const name = `billed-${randomBytes(5).toString("hex")}`;
  return db.asSystem(async (tx) => {
    const { tenantId } = await insertTenant(tx, {
      ...{ name, slug: name, request: null, terms: { plan, overage, since } },
      admin: { email: `admin@${name}.example`, name: "Ada Admin", passwordHash: "none" },
    });
    const actor = systemActor(tenantId, "tests");
    const ids: AgentId[] = [];
    for (const [n, { modelTier, thinkingMode = "off", since: from = since }] of agents.entries()) {
      const input = { name: `Agent ${n}`, modelTier, thinkingMode };
      ids.push((await insertAgent(tx, actor, input, null, from)).id);
    }
    return { tenantId, name, agents: ids };
  });
}

/** Adds to what an agent has used on a day, by the terms that held, as the metering would. */
export async function addUsage(
  owner: postgres.Sql,
  { tenantId }: Pick<BilledTenant, "tenantId">,
  { agentId, day, tokens }: { agentId: AgentId | undefined; day: string; tokens: number },
): Promise<void> {
  if (agentId === undefined) throw new Error("No such agent");
  const [tenant, agent] = [toUuid(tenantId), toUuid(agentId)];
  const [added] = await owner<{ terms_from: string }[]>`
    insert into usage_days (
      tenant_id, day, agent_id, terms_from, model, provider, model_tier, events, input_tokens
    )
    select ${tenant}, ${day}::date, ${agent}, greatest(plan.valid_from, own.valid_from), 'a-model', 'other',
      own.model_tier, 1, ${tokens}
    from (
      select valid_from, model_tier from agent_terms
      where tenant_id = ${tenant} and agent_id = ${agent}
      order by valid_from > ${day}::date + interval '12 hours', abs(extract(epoch from valid_from - ${day}::date)) limit 1
    ) own, (
      select valid_from from plan_terms
      where tenant_id = ${tenant}
      order by valid_from > ${day}::date + interval '12 hours', abs(extract(epoch from valid_from - ${day}::date)) limit 1
    ) plan
    on conflict (tenant_id, day, agent_id, terms_from, model, provider)
    do update set events = usage_days.events + 1, input_tokens = usage_days.input_tokens + excluded.input_tokens
    returning terms_from::text`;
  const termsFrom = added?.terms_from ?? null;
  // The month of it anew, from its days.
  await owner`
    delete from usage_months
    where tenant_id = ${tenant} and agent_id = ${agent} and terms_from = ${termsFrom}::timestamptz
      and month = date_trunc('month', ${day}::date)::date`;
  await owner.unsafe(
    `insert into usage_months (
       month, tenant_id, agent_id, terms_from, model, provider, model_tier, tokens_by_day, cost_by_day
     ) ${usageMonthsOf(`
       select * from usage_days
       where tenant_id = $1 and agent_id = $2 and terms_from = $3::timestamptz
         and date_trunc('month', day) = date_trunc('month', $4::date)`)}`,
    [tenant, agent, termsFrom, day],
  );
}
