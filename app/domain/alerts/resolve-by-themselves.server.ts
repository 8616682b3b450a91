import type { Sql } from "#db/database.ts";
import { newUuid, type TenantId, toTypeId } from "#db/ids.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import { alertsActor } from "./open-alerts.server.ts";
import type { RuleKind } from "./rule-kinds.ts";
import type { StateCheck } from "./states/state-check.ts";
import { tellAlerts } from "./tell-alerts.server.ts";

interface ResolvedRow {
  tenant_id: string;
  id: string;
  kind: RuleKind;
  subject_name: string | null;
  count: string;
}

/**
 * Ends the alerts of a check that are not resolved, whose fingerprint is not among those that still hold and
 * that nobody has found since it was looked for.
 * Gives whose they were.
 */
export async function resolveByThemselves(
  sql: Sql,
  { kind, keyPrefix }: Pick<StateCheck, "kind" | "keyPrefix">,
  { holding, foundAt }: { holding: readonly string[]; foundAt: Date },
): Promise<TenantId[]> {
  const rows = await sql<ResolvedRow[]>`
    with over as (
      select alert.tenant_id, alert.id from alerts alert
      where alert.status <> 'resolved' and alert.kind = ${kind}
        and starts_with(substr(alert.fingerprint, position(':' in alert.fingerprint) + 1), ${keyPrefix})
        and alert.fingerprint <> all(${[...holding]}::text[]) and alert.last_at <= ${foundAt}::timestamptz
      order by alert.fingerprint
      for update
    )
    update alerts alert
    set status = 'resolved', resolved_at = now(), resolved_by = null, resolved_name = null, snoozed_until = null
    from over where alert.tenant_id = over.tenant_id and alert.id = over.id
    returning alert.tenant_id, alert.id, alert.kind, alert.subject_name, alert.count`;
  if (rows.length === 0) return [];
  const entries = rows.map(({ tenant_id, id }) => ({ tenant_id, alert_id: id, id: newUuid() }));
  await sql`
    insert into alert_entries (tenant_id, alert_id, id, kind, actor_kind)
    select tenant_id, alert_id, id, 'resolved', 'system'
    from json_to_recordset(${JSON.stringify(entries)}::text::json) as entry (tenant_id uuid, alert_id uuid, id uuid)`;
  const alerts = rows.map((row) => ({
    tenantId: toTypeId("ten", row.tenant_id),
    alertId: toTypeId("alr", row.id),
  }));
  await insertAuditEvents(
    sql,
    rows.map((row, n) => {
      const tenantId = toTypeId("ten", row.tenant_id);
      return {
        ...{ tenantId, actor: alertsActor(tenantId), action: "alert.resolved" as const, request: null },
        resource: { id: alerts[n]?.alertId ?? null, name: row.subject_name },
        details: { kind: row.kind, note: null, count: Number(row.count) },
      };
    }),
  );
  await tellAlerts(sql, alerts, "resolved");
  return alerts.map(({ tenantId }) => tenantId);
}
