import type { Sql } from "#db/database.ts";
import type { TenantId } from "#db/ids.ts";
import { activeRules } from "./alert-rules.server.ts";
import { countHits } from "./count-hits.server.ts";
import { type Growth, growAlerts, lockOpenAlerts, tellGrown } from "./grow-alerts.server.ts";
import { type Opening, openAlerts } from "./open-alerts.server.ts";
import type { RuleKind } from "./rule-kinds.ts";
import type { Signal } from "./signal.ts";
import {
  descriptionOf,
  eventsOf,
  fingerprintOf,
  groupsOf,
  needsHits,
  type SignalGroup,
  stepOf,
  weightOf,
} from "./signal-group.ts";
import { tellAlerts } from "./tell-alerts.server.ts";

/** What became of signals or findings. */
export interface AppliedAlerts {
  /** Whose alerts have changed: to be published after the commit. */
  tenantIds: Set<TenantId>;
  opened: RuleKind[];
}

/** Older than this is history, and opens nothing. */
const historyMs = 24 * 60 * 60 * 1_000;

/**
 * Makes alerts of what happened: counts it in the one that is open, or opens one where the rule's threshold
 * is reached, and tells those who are to know. On a transaction of the system login that holds the alert
 * cursor, so that nobody else opens any meanwhile; the same signal must not come twice.
 * @param now the database's time
 */
export async function applySignals(sql: Sql, signals: readonly Signal[], now: Date): Promise<AppliedAlerts> {
  const applied: AppliedAlerts = { tenantIds: new Set(), opened: [] };
  const oldestMs = now.getTime() - historyMs;
  const fresh = signals.filter(({ occurredAt }) => Date.parse(occurredAt) > oldestMs);
  if (fresh.length === 0) return applied;
  const rules = await activeRules(
    sql,
    [...new Set(fresh.map(({ tenantId }) => tenantId))],
    [...new Set(fresh.map(({ kind }) => kind))],
  );
  // What yields comes second, when it is known which alerts it yields to; their own signals came with it.
  const first = fresh.filter(({ yieldsTo }) => yieldsTo === undefined);
  const open = await applyGroups(sql, groupsOf(first, rules), now, applied);
  const others = groupsOf(
    fresh.filter(({ yieldsTo }) => yieldsTo !== undefined),
    rules,
  ).map((group) => ({
    ...group,
    signals: group.signals.filter(({ yieldsTo = "" }) => !open.has(fingerprintOf(group.rule.id, yieldsTo))),
  }));
  await applyGroups(
    sql,
    others.filter((group) => group.signals.length > 0),
    now,
    applied,
  );
  return applied;
}

/** Gives the fingerprints of these that have an alert now. */
async function applyGroups(
  sql: Sql,
  groups: readonly SignalGroup[],
  now: Date,
  applied: AppliedAlerts,
): Promise<Set<string>> {
  if (groups.length === 0) return new Set();
  const locked = await lockOpenAlerts(sql, groups);
  const growths = groups.flatMap((group) => {
    const alert = locked.get(group.fingerprint);
    return alert === undefined ? [] : [{ ...summaryOf(group), alert }];
  });
  const news = groups.filter(({ fingerprint }) => !locked.has(fingerprint));
  const openings: Opening[] = [
    ...news.filter((group) => !needsHits(group)).map((group) => openingOf(group)),
    ...(await countHits(sql, news.filter(needsHits))),
  ];
  await growAlerts(sql, growths);
  const ids = await openAlerts(sql, openings);
  await tellAlerts(
    sql,
    openings.flatMap(({ rule: { tenantId } }, n) => {
      const alertId = ids[n];
      return alertId === undefined ? [] : [{ tenantId, alertId }];
    }),
    "opened",
  );
  await tellGrown(sql, growths, now);
  for (const { rule } of [...openings, ...growths]) applied.tenantIds.add(rule.tenantId);
  applied.opened.push(...openings.map(({ rule }) => rule.kind));
  return new Set([...openings, ...growths.map(({ alert }) => alert)].map(({ fingerprint }) => fingerprint));
}

function summaryOf({ rule, signals }: SignalGroup): Omit<Growth, "alert"> {
  const [first, last] = [signals[0], signals.at(-1)];
  if (first === undefined || last === undefined) throw new Error("A group of signals has none");
  return {
    ...{ rule, weight: weightOf(signals), step: stepOf(signals) },
    ...{ firstAt: first.occurredAt, lastAt: last.occurredAt },
    ...descriptionOf(signals),
    events: eventsOf(signals),
  };
}

function openingOf(group: SignalGroup): Opening {
  const { weight, ...summary } = summaryOf(group);
  return { ...summary, key: group.key, fingerprint: group.fingerprint, count: weight };
}
