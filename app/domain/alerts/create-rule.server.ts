import type { Database } from "#db/database.ts";
import { newId, type TenantId, toUuid } from "#db/ids.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { AppError } from "../errors.ts";
import { requireAlertReach, requireAlertTenant } from "./alert-reach.server.ts";
import { checkNewRule } from "./check-rule.server.ts";
import { defaultCooldownSeconds, definitionOf } from "./rule-kinds.ts";
import { selectRule } from "./rule-row.server.ts";
import type { CreateRuleInput, RuleView } from "./rule-schema.ts";

/** Beside the built-in ones. Each is looked at for each event of its kind. */
const maxAddedRules = 200;

/** Of a kind that has no window: nothing looks at it. */
const anyWindowSeconds = 3_600;

/**
 * Adds a rule of a kind, for all or for one agent; what is left out is as the kind has it.
 * @throws AppError invalid_input; not_found for an agent, or a tenant, that is not there; conflict when there are too many
 */
export async function createRule(
  db: Database,
  actor: Actor,
  {
    input,
    tenantId: asked,
    request,
  }: { input: CreateRuleInput; tenantId?: TenantId | undefined; request: RequestInfo },
): Promise<RuleView> {
  const tenantId = requireAlertReach(actor, asked, "alerts:write");
  const { kind, agentId } = input;
  const definition = definitionOf(kind);
  const ruleId = newId("rul");
  const channelUuids = input.channelIds?.map((id) => toUuid(id)) ?? null;
  return db.asTenantSql(tenantId, async (sql) => {
    await requireAlertTenant(sql, tenantId);
    await checkNewRule(sql, tenantId, input);
    const [added] = await sql<{ count: number }[]>`
      select count(*)::int as count from alert_rules
      where tenant_id = ${toUuid(tenantId)} and not built_in and removed_at is null`;
    if ((added?.count ?? 0) >= maxAddedRules)
      throw new AppError("conflict", `There are ${maxAddedRules} added rules already: remove one first.`);
    await sql`
      insert into alert_rules (
        tenant_id, id, kind, name, agent_id, enabled, severity, threshold, window_seconds, cooldown_seconds,
        channel_ids, created_by
      ) values (
        ${toUuid(tenantId)}, ${toUuid(ruleId)}, ${kind}, ${input.name ?? null},
        ${agentId === null ? null : toUuid(agentId)}, ${input.enabled ?? true},
        ${input.severity ?? definition.severity}, ${input.threshold ?? definition.threshold},
        ${input.windowSeconds ?? definition.windowSeconds ?? anyWindowSeconds},
        ${input.cooldownSeconds ?? defaultCooldownSeconds}, ${channelUuids}::uuid[],
        ${actor.kind === "user" ? toUuid(actor.id) : null}
      )`;
    const rule = await selectRule(sql, tenantId, ruleId);
    await insertAuditEvents(sql, [
      {
        ...{ tenantId, actor, request, action: "alert_rule.created" },
        ...{ resource: { id: ruleId, name: rule.name }, details: { kind, agentId } },
      },
    ]);
    return rule;
  });
}
