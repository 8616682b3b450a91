import type { Sql } from "#db/database.ts";
import { type AlertId, newUuid, type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import type { ActiveRule } from "./alert-rules.server.ts";
import type { AppliedAlerts } from "./apply-signals.server.ts";
import { type Growth, growAlerts, isEscalated, lockOpenAlerts, tellGrown } from "./grow-alerts.server.ts";
import { alertsActor, openAlerts } from "./open-alerts.server.ts";
import { resolveByThemselves } from "./resolve-by-themselves.server.ts";
import type { Finding } from "./signal.ts";
import { fingerprintOf } from "./signal-group.ts";
import type { StateCheck } from "./states/state-check.ts";
import { type AlertToTell, tellAlerts } from "./tell-alerts.server.ts";

export interface FoundState {
  check: Pick<StateCheck, "kind" | "keyPrefix">;
  findings: readonly Finding[];
  rules: readonly ActiveRule[];
  /** The database's time when it was looked for: what others have found since is not over. */
  foundAt: Date;
  /** It was looked for everywhere, so that what was not found is over. */
  isComplete: boolean;
}

interface FoundGroup {
  rule: ActiveRule;
  key: string;
  fingerprint: string;
  finding: Finding;
}

/** What goes on is noted so often, and not each time that it is looked at. */
const notedEveryMs = 60_000;

/**
 * Makes alerts of what is wrong at this moment, and ends those of what is not wrong any more. One that comes
 * back within its rule's cooldown is the same alert, of which nobody is told anew before that is over. On a
 * transaction of the system login that holds the alert cursor.
 */
export async function applyFindings(sql: Sql, found: FoundState, now: Date): Promise<AppliedAlerts> {
  const groups = groupsOf(found);
  const locked = await lockOpenAlerts(sql, groups);
  const growths = groups.flatMap((group) => {
    const alert = locked.get(group.fingerprint);
    return alert === undefined ? [] : [{ ...growthOf(group, now), alert }];
  });
  await growAlerts(
    sql,
    growths.filter(
      (growth) => isEscalated(growth) || now.getTime() - growth.alert.lastAt.getTime() >= notedEveryMs,
    ),
  );
  await tellGrown(sql, growths, now);
  const news = groups.filter(({ fingerprint }) => !locked.has(fingerprint));
  const reopened = await reopen(sql, news, now);
  const others = news.filter(({ fingerprint }) => !reopened.has(fingerprint));
  const ids = await openAlerts(
    sql,
    others.map((group) => {
      const { weight: _, ...opening } = growthOf(group, now);
      return { ...opening, key: group.key, fingerprint: group.fingerprint, count: 1 };
    }),
  );
  await tellAlerts(
    sql,
    others.flatMap(({ rule: { tenantId } }, n) => {
      const alertId = ids[n];
      return alertId === undefined ? [] : [{ tenantId, alertId }];
    }),
    "opened",
  );
  const over = found.isComplete
    ? await resolveByThemselves(sql, found.check, {
        holding: groups.map(({ fingerprint }) => fingerprint),
        foundAt: found.foundAt,
      })
    : [];
  return {
    tenantIds: new Set([...news.map(({ rule }) => rule.tenantId), ...over]),
    opened: news.map(({ rule }) => rule.kind),
  };
}

/** What each rule that it is bad enough for is told of. */
function groupsOf({ findings, rules }: FoundState): FoundGroup[] {
  const groups = new Map<string, FoundGroup>();
  for (const finding of findings) {
    for (const rule of rules) {
      if (!concerns(rule, finding)) continue;
      const fingerprint = fingerprintOf(rule.id, finding.key);
      groups.set(fingerprint, { rule, key: finding.key, fingerprint, finding });
    }
  }
  return [...groups.values()];
}

function concerns(rule: ActiveRule, { tenantId, kind, ruleId, agentId, value }: Finding): boolean {
  if (rule.tenantId !== tenantId || rule.kind !== kind) return false;
  if (ruleId !== undefined && ruleId !== rule.id) return false;
  if (rule.agentId !== null && rule.agentId !== agentId) return false;
  return value === undefined || value >= rule.threshold;
}

const growthOf = ({ rule, finding }: FoundGroup, now: Date): Omit<Growth, "alert"> => ({
  ...{ rule, weight: 0, step: 0, subject: finding.subject, facts: finding.facts },
  ...{ firstAt: finding.since ?? now.toISOString(), lastAt: now.toISOString(), events: [] },
});

/** Those that had resolved themselves not long ago; gives their fingerprints. */
async function reopen(sql: Sql, groups: readonly FoundGroup[], now: Date): Promise<Set<string>> {
  if (groups.length === 0) return new Set();
  const wanted = groups.map(({ rule, fingerprint, finding }) => ({
    ...{ tenant_id: toUuid(rule.tenantId), rule_id: toUuid(rule.id), fingerprint, severity: rule.severity },
    ...{ cooldown_seconds: rule.cooldownSeconds, facts: finding.facts, entry_id: newUuid(), now },
  }));
  const rows = await sql<
    {
      tenant_id: string;
      id: string;
      fingerprint: string;
      subject_name: string | null;
      count: string;
      is_told: boolean;
    }[]
  >`
    with wanted as (
      select * from json_to_recordset(${JSON.stringify(wanted)}::text::json) as wanted (
        tenant_id uuid, rule_id uuid, fingerprint text, severity text, cooldown_seconds int, facts jsonb,
        entry_id uuid, now timestamptz
      )
    ), newest as (
      select distinct on (alert.tenant_id, alert.fingerprint) alert.tenant_id, alert.id, wanted.entry_id,
        wanted.severity, wanted.facts, wanted.now, wanted.cooldown_seconds
      from wanted join alerts alert on alert.tenant_id = wanted.tenant_id and alert.fingerprint = wanted.fingerprint
      where alert.status = 'resolved' and alert.resolved_by is null
        and alert.resolved_at >= wanted.now - wanted.cooldown_seconds * interval '1 second'
      order by alert.tenant_id, alert.fingerprint, alert.resolved_at desc
    ), reopened as (
      update alerts alert set
        status = 'open', resolved_at = null, resolution = null, severity = newest.severity, last_at = newest.now,
        count = alert.count + 1, facts = alert.facts || newest.facts, acknowledged_at = null,
        acknowledged_by = null, acknowledged_name = null
      from newest where alert.tenant_id = newest.tenant_id and alert.id = newest.id
      returning alert.tenant_id, alert.id, alert.fingerprint, alert.subject_name, alert.count, newest.entry_id,
        alert.told_at is not null
          and alert.told_at > newest.now - newest.cooldown_seconds * interval '1 second' as is_told
    ), entries as (
      insert into alert_entries (tenant_id, alert_id, id, kind, actor_kind)
      select tenant_id, id, entry_id, 'reopened', 'system' from reopened
    )
    select tenant_id, id, fingerprint, subject_name, count, is_told from reopened`;
  await recordReopened(sql, groups, rows);
  await tellAlerts(
    sql,
    rows.filter((row) => !row.is_told).map((row) => toTold(row)),
    "reopened",
  );
  return new Set(rows.map(({ fingerprint }) => fingerprint));
}

const toTold = (row: { tenant_id: string; id: string }): AlertToTell => ({
  tenantId: toTypeId("ten", row.tenant_id),
  alertId: toTypeId("alr", row.id),
});

async function recordReopened(
  sql: Sql,
  groups: readonly FoundGroup[],
  rows: readonly {
    tenant_id: string;
    id: string;
    fingerprint: string;
    subject_name: string | null;
    count: string;
  }[],
): Promise<void> {
  const rules = new Map(groups.map(({ fingerprint, rule }) => [fingerprint, rule]));
  await insertAuditEvents(
    sql,
    rows.flatMap((row) => {
      const rule = rules.get(row.fingerprint);
      if (rule === undefined) return [];
      const alertId: AlertId = toTypeId("alr", row.id);
      const tenantId: TenantId = rule.tenantId;
      return [
        {
          ...{ tenantId, actor: alertsActor(tenantId), action: "alert.opened" as const, request: null },
          resource: { id: alertId, name: row.subject_name },
          details: {
            ...{ kind: rule.kind, severity: rule.severity, ruleId: rule.id },
            ...{ count: Number(row.count), reopened: true },
          },
        },
      ];
    }),
  );
}
