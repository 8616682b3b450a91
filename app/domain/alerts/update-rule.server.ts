import type { Database, Sql } from "#db/database.ts";
import { type AlertRuleId, type TenantId, toUuid } from "#db/ids.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { notFound } from "../errors.ts";
import { requireAlertReach } from "./alert-reach.server.ts";
import { checkChannels, checkNumbers } from "./check-rule.server.ts";
import { selectRule } from "./rule-row.server.ts";
import type { RuleView, UpdateRuleInput } from "./rule-schema.ts";

const settings = [
  "name",
  "enabled",
  "severity",
  "threshold",
  "windowSeconds",
  "cooldownSeconds",
  "channelIds",
] as const;
type Setting = string | number | boolean | string[] | null;
type Changes = Record<string, { from: Setting; to: Setting }>;

/**
 * Changes a rule. What is so already is no change and not recorded. Alerts that are open stay as they are.
 * @throws AppError invalid_input, naming what the kind has no use for; not_found
 */
export async function updateRule(
  db: Database,
  actor: Actor,
  {
    ruleId,
    changes: asked,
    tenantId: askedTenant,
    request,
  }: {
    ruleId: AlertRuleId;
    changes: UpdateRuleInput;
    tenantId?: TenantId | undefined;
    request: RequestInfo;
  },
): Promise<RuleView> {
  const tenantId = requireAlertReach(actor, askedTenant, "alerts:write");
  return db.asTenantSql(tenantId, async (sql) => {
    await lockRule(sql, tenantId, ruleId);
    const before = await selectRule(sql, tenantId, ruleId);
    const changes = differences(before, asked);
    // A form sends all there is: what stays as it was is not refused for having no meaning.
    checkNumbers(before.kind, {
      threshold: changes.threshold && asked.threshold,
      windowSeconds: changes.windowSeconds && asked.windowSeconds,
    });
    if (Object.keys(changes).length === 0) return before;
    await checkChannels(sql, tenantId, asked.channelIds);
    const after = { ...before, ...asked };
    await sql`
      update alert_rules set
        name = case when ${changes.name !== undefined} then ${after.name} else name end,
        enabled = ${after.enabled}, severity = ${after.severity}, threshold = ${after.threshold},
        window_seconds = ${after.windowSeconds}, cooldown_seconds = ${after.cooldownSeconds},
        channel_ids = ${after.channelIds?.map((id) => toUuid(id)) ?? null}::uuid[], updated_at = now()
      where tenant_id = ${toUuid(tenantId)} and id = ${toUuid(ruleId)}`;
    await insertAuditEvents(sql, [
      {
        ...{ tenantId, actor, request, action: "alert_rule.changed" },
        ...{ resource: { id: ruleId, name: after.name }, details: { kind: before.kind, changes } },
      },
    ]);
    return selectRule(sql, tenantId, ruleId);
  });
}

/** @throws AppError not_found, also for one that was removed */
export async function lockRule(sql: Sql, tenantId: TenantId, ruleId: AlertRuleId): Promise<void> {
  const [row] = await sql`
    select from alert_rules
    where tenant_id = ${toUuid(tenantId)} and id = ${toUuid(ruleId)} and removed_at is null
    for no key update`;
  if (row === undefined) throw notFound("alert rule");
}

function differences(before: RuleView, asked: UpdateRuleInput): Changes {
  const changes: Changes = {};
  for (const setting of settings) {
    const [from, to] = [before[setting], asked[setting]];
    if (to !== undefined && JSON.stringify(from) !== JSON.stringify(to)) changes[setting] = { from, to };
  }
  return changes;
}
