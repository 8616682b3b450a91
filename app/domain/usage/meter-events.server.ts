import { insertAuditEvents } from "#app/domain/audit/insert-audit-events.server.ts";
import { notFound } from "#app/domain/errors.ts";
import type { Sql } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import { holdOf, strongestHold } from "../quota-state.ts";
import { addToRollUps } from "./add-to-roll-ups.server.ts";
import { auditOfCalls } from "./audit-of-usage.ts";
import { shareBudgets } from "./budget-gate.server.ts";
import { countAgainstBudgets } from "./budgets/count-against-budgets.server.ts";
import { createHours, type MeteredEvent, meter } from "./metered-event.ts";
import { type Period, periodOf } from "./period.ts";
import type { MeteredOutcome, PreparedUsage } from "./prepared-usage.ts";
import { agentKey, readTerms, termsAt, type UsageFacts } from "./read-terms.server.ts";
import { type HoldScope, recomputeHolds } from "./recompute-holds.server.ts";
import { budgetUseOf, quotaUseOf, tellThresholds } from "./tell-thresholds.server.ts";
import {
  claimUsageKeys,
  hasUsageKey,
  type KeyedUsage,
  readFirstEvents,
  usageKeyScope,
} from "./usage-keys.server.ts";
import { type AgentPeriod, addToAgentPeriods, type BudgetPeriod } from "./use-of-period.server.ts";
import { insertEvents } from "./write-usage.server.ts";

export interface MeteredBatch {
  /** One an event, in the order of the batch. */
  outcomes: MeteredOutcome[];
  /** What was counted. */
  metered: MeteredEvent[];
}

/**
 * Counts a batch of events on one transaction of the system login, set-based, in four round trips
 * whatever its size: read, claim the keys, store and lock the months, add to the roll-ups. Thresholds that
 * are reached take another two or three.
 *
 * Lock order: keys, agents' months, budgets' months, reservations, holds, agents, roll-ups; sorted within
 * each. `commitBehind` is called when the last statements are on their way.
 */
export async function meterEvents(
  sql: Sql,
  batch: readonly PreparedUsage[],
  commitBehind: () => void = () => {},
): Promise<MeteredBatch> {
  const [, facts] = await Promise.all([
    shareBudgets(
      sql,
      batch.map(({ call }) => call.tenantUuid),
    ),
    readTerms(sql, batch),
  ]);
  const outcomes = new Map<PreparedUsage, MeteredOutcome>();
  const known = batch.filter((one) => {
    if (facts.agents.has(agentKey(one))) return true;
    outcomes.set(one, { kind: "rejected", error: notFound("agent") });
    return false;
  });
  const fresh = await withoutDuplicates(sql, known, outcomes);
  const hourAt = createHours(facts.nowMs);
  const metered = fresh.map((one) => {
    const terms = termsAt(factsOf(facts, one), one.occurredAtMs);
    return meter(one, terms, hourAt(one.occurredAtMs));
  });
  for (const { usage, costMicros } of metered)
    outcomes.set(usage, { kind: "recorded", id: usage.eventId, costMicros });

  if (metered.length > 0) {
    const [, agentPeriods, budgetPeriods] = await Promise.all([
      insertEvents(sql, metered),
      addToAgentPeriods(sql, metered),
      countAgainstBudgets(sql, metered),
    ]);
    const audit = await holdToThresholds(sql, facts, agentPeriods, budgetPeriods);
    const writing = Promise.all([
      insertAuditEvents(sql, [...auditOfCalls(batch, metered), ...audit]),
      addToRollUps(sql, metered),
    ]);
    commitBehind();
    await writing;
  }
  return { outcomes: batch.map((one) => outcomeOf(one, outcomes)), metered };
}

/** Those that nobody has counted before; the others get their outcome here. */
async function withoutDuplicates(
  sql: Sql,
  events: readonly PreparedUsage[],
  outcomes: Map<PreparedUsage, MeteredOutcome>,
): Promise<PreparedUsage[]> {
  const leaders = new Map<string, KeyedUsage>();
  const followers: { one: KeyedUsage; leader: KeyedUsage }[] = [];
  for (const one of events) {
    if (!hasUsageKey(one)) continue;
    const leader = leaders.get(usageKeyScope(one));
    if (leader === undefined) leaders.set(usageKeyScope(one), one);
    else followers.push({ one, leader });
  }
  const keyed = [...leaders.values()];
  const claimed = await claimUsageKeys(sql, keyed);
  const repeated = keyed.filter(({ eventUuid }) => !claimed.has(eventUuid));
  const firstIds = await readFirstEvents(sql, repeated);
  for (const [n, one] of repeated.entries()) {
    const first = firstIds[n];
    if (first === undefined) throw new Error("a key was neither claimed nor found");
    outcomes.set(one, { kind: "duplicate", id: toTypeId("usg", first) });
  }
  for (const { one, leader } of followers) {
    const led = outcomes.get(leader);
    outcomes.set(one, { kind: "duplicate", id: led?.kind === "duplicate" ? led.id : leader.eventId });
  }
  return events.filter((one) => !outcomes.has(one));
}

/** Tells of thresholds, and holds sends to them; gives the audit events of that. Only this month and what comes holds anybody. */
async function holdToThresholds(
  sql: Sql,
  facts: UsageFacts,
  agentPeriods: readonly AgentPeriod[],
  budgetPeriods: readonly BudgetPeriod[],
) {
  const thisMonth = periodOf(facts.nowMs);
  const agents = agentPeriods.filter(isOpen(thisMonth)).flatMap((period) => {
    const agent = facts.agents.get(`${period.tenantUuid} ${period.agentUuid}`);
    return agent === undefined ? [] : [{ period, facts: agent }];
  });
  const budgets = budgetPeriods.filter(isOpen(thisMonth));
  const { audit, holding } = await tellThresholds(sql, agents, budgets);
  const scopes: HoldScope[] = holding.budgets.map(({ tenantUuid, agentUuid }) => ({
    ...{ tenantUuid, agents: agentUuid === null ? "all" : [agentUuid] },
  }));
  scopes.push(...holding.agents.map(({ tenantUuid, agentUuid }) => ({ tenantUuid, agents: [agentUuid] })));
  // Nothing was reached just now, and yet its sends are not held: such as an agent that is newer than the budget.
  for (const { period, facts: agent } of agents) {
    const ofBudgets = budgets
      .filter(
        ({ tenantUuid, agentUuid }) =>
          tenantUuid === period.tenantUuid && (agentUuid === null || agentUuid === period.agentUuid),
      )
      .map((budget) => holdOf(budgetUseOf(budget)));
    const due = strongestHold([agent.hold, holdOf(quotaUseOf(period, agent.overage)), ...ofBudgets]);
    if (due !== agent.hold) scopes.push({ tenantUuid: period.tenantUuid, agents: [period.agentUuid] });
  }
  await recomputeHolds(sql, scopes);
  return audit;
}

const isOpen =
  (thisMonth: Period) =>
  ({ period }: { period: Period }): boolean =>
    period >= thisMonth;

function factsOf({ agents }: UsageFacts, one: PreparedUsage) {
  const facts = agents.get(agentKey(one));
  if (facts === undefined) throw new Error("an event's agent was not looked up");
  return facts;
}

function outcomeOf(one: PreparedUsage, outcomes: Map<PreparedUsage, MeteredOutcome>): MeteredOutcome {
  const outcome = outcomes.get(one);
  if (outcome === undefined) throw new Error("an event of the batch has no outcome");
  return outcome;
}
