import type postgres from "postgres";
import { newId, newUuid, type TenantId, toUuid } from "#db/ids.ts";

/** An alert of a tenant's with its story, rules and silences; every text with the marker. */
export async function addAlerts(
  sql: postgres.Sql,
  { tenantId, marker, agentId }: { tenantId: TenantId; marker: string; agentId: string },
) {
  const tenant = toUuid(tenantId);
  const [foundAlert, rule, spareRule] = [newId("alr"), newId("rul"), newId("rul")];
  const [silence, spareSilence] = [newId("sil"), newId("sil")];
  for (const id of [rule, spareRule])
    await sql`insert into alert_rules (tenant_id, id, kind, name, severity, threshold, window_seconds)
              values (${tenant}, ${toUuid(id)}, 'policy_denials', ${`${marker} rule`}, 'warning', 20, 600)`;
  await sql`insert into alerts (
              tenant_id, id, rule_id, kind, fingerprint, severity, subject_type, subject_id, subject_name, first_at, last_at,
              told_at
            ) values (
              ${tenant}, ${toUuid(foundAlert)}, ${toUuid(rule)}, 'policy_denials', ${`${marker} found`}, 'warning', 'agent',
              ${agentId}, ${`${marker} agent`}, now(), now(), now()
            )`;
  await sql`insert into alert_entries (tenant_id, alert_id, id, kind, actor_kind, actor_name, text)
            values (${tenant}, ${toUuid(foundAlert)}, ${newUuid()}, 'note', 'user', ${`${marker} Admin`}, ${`${marker} note`})`;
  for (const id of [silence, spareSilence])
    await sql`insert into alert_silences (tenant_id, id, kind, reason, ends_at, created_name)
              values (${tenant}, ${toUuid(id)}, 'rate_limit', ${`${marker} works`}, now() + interval '1 day', ${`${marker} Admin`})`;
  return { foundAlert, rule, spareRule, silence, spareSilence };
}
