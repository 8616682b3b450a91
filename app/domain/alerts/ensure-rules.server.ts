import type { Sql } from "#db/database.ts";
import { newUuid, SYSTEM_TENANT_ID, type TenantId, toUuid } from "#db/ids.ts";
import { definitionOf, type RuleKind, ruleKindNames } from "./rule-kinds.ts";

/** What a rule whose kind knows no window is given: nothing looks at it. */
const anyWindowSeconds = 3_600;

/** Whether a tenant has rules of the kind: what only those who run the service can help is the system tenant's. */
export const hasKind = (tenantId: TenantId, kind: RuleKind): boolean =>
  tenantId === SYSTEM_TENANT_ID || definitionOf(kind).home === "tenant";

/**
 * Gives each tenant the built-in rule of every kind that it has none of. The system tenant has those of the
 * service as well. As the system login, or as the one tenant.
 */
export async function ensureRules(sql: Sql, tenantIds: readonly TenantId[]): Promise<void> {
  const rows = tenantIds.flatMap((tenantId) =>
    ruleKindNames
      .filter((kind) => hasKind(tenantId, kind))
      .map((kind) => {
        const { severity, threshold, windowSeconds } = definitionOf(kind);
        return {
          ...{ tenant_id: toUuid(tenantId), id: newUuid(), kind, severity, threshold },
          window_seconds: windowSeconds ?? anyWindowSeconds,
        };
      }),
  );
  // In one order, so that two who make them wait for each other instead of each for the other.
  await sql`
    insert into alert_rules (tenant_id, id, kind, built_in, severity, threshold, window_seconds)
    select rule.tenant_id, rule.id, rule.kind, true, rule.severity, rule.threshold, rule.window_seconds
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as rule (
      tenant_id uuid, id uuid, kind text, severity text, threshold int, window_seconds int
    )
    where exists (select from tenants where tenants.id = rule.tenant_id)
    order by rule.tenant_id, rule.kind
    on conflict (tenant_id, kind) where built_in do nothing`;
}
