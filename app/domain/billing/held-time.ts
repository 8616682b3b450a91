import type { AgentId } from "#db/ids.ts";
import {
  type ModelTier,
  modelTiers,
  type Plan,
  planCatalogue,
  type ThinkingMode,
  tierCatalogue,
} from "../catalogue.ts";
import type { AgentTerms, PlanTerms } from "./terms.ts";

/** Microseconds by what they were held for. */
export type Held<K extends string> = Map<K, bigint>;

/** For how long each thing that has a price was held. */
export interface HeldTime {
  plans: Held<Plan>;
  /** Agents that were in their plan's price. */
  included: Held<ModelTier>;
  additional: Held<ModelTier>;
  thinking: Held<ThinkingMode>;
  agents: Map<AgentId, { additional: Held<ModelTier>; thinking: Held<ThinkingMode> }>;
}

interface HeldTimeOptions {
  plans: readonly PlanTerms[];
  agents: readonly AgentTerms[];
  fromUs: number;
  untilUs: number;
}

/** Includable tiers, the dearest first: in this order agents take the places in their plan's price. */
const includableTiers = modelTiers
  .filter((tier) => tierCatalogue[tier].includable)
  .sort((a, b) => tierCatalogue[b].agentMicros - tierCatalogue[a].agentMicros);

/**
 * Walks from change to change of plan, tier and thinking mode; in between everything has one price. Of
 * agents of the same tier, the oldest are included.
 */
export function heldTime({ plans, agents, fromUs, untilUs }: HeldTimeOptions): HeldTime {
  const held: HeldTime = {
    ...{ plans: new Map(), included: new Map(), additional: new Map(), thinking: new Map() },
    agents: new Map(),
  };
  const changes = [...plans, ...agents].sort((a, b) => a.fromUs - b.fromUs);
  let plan: Plan | undefined;
  const current = new Map<AgentId, AgentTerms>();
  let reachedUs = fromUs;
  const holdUntil = (us: number) => {
    const end = Math.min(us, untilUs);
    if (end <= reachedUs) return;
    if (plan !== undefined) hold(held, plan, current, BigInt(end - reachedUs));
    reachedUs = end;
  };
  for (const change of changes) {
    holdUntil(change.fromUs);
    if ("agentId" in change) current.set(change.agentId, change);
    else plan = change.plan;
  }
  holdUntil(untilUs);
  return held;
}

function hold(held: HeldTime, plan: Plan, agents: ReadonlyMap<AgentId, AgentTerms>, us: bigint): void {
  add(held.plans, plan, us);
  const included = includedAgents(plan, agents);
  for (const { agentId, modelTier, thinkingMode } of agents.values()) {
    const own = ofAgent(held, agentId);
    if (included.has(agentId)) add(held.included, modelTier, us);
    else {
      add(held.additional, modelTier, us);
      add(own.additional, modelTier, us);
    }
    if (thinkingMode === "off") continue;
    add(held.thinking, thinkingMode, us);
    add(own.thinking, thinkingMode, us);
  }
}

/** The agents that a plan's price includes, of those there are (in the order of their making). */
export function includedAgents(plan: Plan, agents: ReadonlyMap<AgentId, AgentTerms>): Set<AgentId> {
  const places = planCatalogue[plan].includedAgents;
  const included = new Set<AgentId>();
  for (const tier of includableTiers)
    for (const { agentId, modelTier } of agents.values())
      if (modelTier === tier && included.size < places) included.add(agentId);
  return included;
}

function add<K extends string>(held: Held<K>, key: K, us: bigint): void {
  held.set(key, (held.get(key) ?? 0n) + us);
}

function ofAgent({ agents }: HeldTime, agentId: AgentId) {
  const known = agents.get(agentId);
  if (known !== undefined) return known;
  const made = { additional: new Map<ModelTier, bigint>(), thinking: new Map<ThinkingMode, bigint>() };
  agents.set(agentId, made);
  return made;
}
