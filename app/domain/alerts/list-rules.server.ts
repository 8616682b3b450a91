import type { Database } from "#db/database.ts";
import type { AlertRuleId, TenantId } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { requireAlertReach } from "./alert-reach.server.ts";
import { ensureRules, hasKind } from "./ensure-rules.server.ts";
import { ruleKindNames } from "./rule-kinds.ts";
import { selectRule, selectRules } from "./rule-row.server.ts";
import type { RuleView } from "./rule-schema.ts";

/**
 * The tenant's rules: one built-in of each kind, made where there was none yet, and those that were added.
 * @throws AppError forbidden
 */
export async function listRules(
  db: Database,
  actor: Actor,
  { tenantId: asked }: { tenantId?: TenantId | undefined } = {},
): Promise<RuleView[]> {
  const tenantId = requireAlertReach(actor, asked, "alerts:read");
  const read = () =>
    db.asTenantSql(tenantId, (sql) => selectRules(sql, tenantId, sql`true`), { readOnly: true });
  const rules = await read();
  const builtIn = new Set(rules.filter((rule) => rule.builtIn).map(({ kind }) => kind));
  if (ruleKindNames.every((kind) => builtIn.has(kind) || !hasKind(tenantId, kind))) return rules;
  await db.asTenantSql(tenantId, (sql) => ensureRules(sql, [tenantId]));
  return read();
}

/** @throws AppError not_found; forbidden */
export async function readRule(
  db: Database,
  actor: Actor,
  { ruleId, tenantId: asked }: { ruleId: AlertRuleId; tenantId?: TenantId | undefined },
): Promise<RuleView> {
  const tenantId = requireAlertReach(actor, asked, "alerts:read");
  return db.asTenantSql(tenantId, (sql) => selectRule(sql, tenantId, ruleId), { readOnly: true });
}
