import type postgres from "postgres";
import type { SecretBox } from "#app/domain/auth/secret-box.server.ts";
import { newId, newUuid, type TenantId, toUuid } from "#db/ids.ts";

/** An alert of a tenant's, where its alerts are told, and that one could not be; every text with the marker. */
export async function addChannels(
  sql: postgres.Sql,
  secrets: SecretBox,
  { tenantId, marker }: { tenantId: TenantId; marker: string },
) {
  const tenant = toUuid(tenantId);
  const [channel, spareChannel, hook, notice] = [newId("chn"), newId("chn"), newId("chn"), newId("ntf")];
  const [rule, alert] = [newId("rul"), newId("alr")];
  await sql`insert into alert_rules (tenant_id, id, kind, severity, threshold, window_seconds)
            values (${tenant}, ${toUuid(rule)}, 'rate_limit', 'info', 50, 300)`;
  await sql`insert into alerts (
              tenant_id, id, rule_id, kind, fingerprint, severity, subject_type, subject_id, subject_name, first_at, last_at
            ) values (
              ${tenant}, ${toUuid(alert)}, ${toUuid(rule)}, 'rate_limit', ${marker}, 'info', 'user', ${marker}, ${marker},
              now(), now()
            )`;
  for (const id of [channel, spareChannel])
    await sql`insert into alert_channels (tenant_id, id, kind, name, addresses)
              values (${tenant}, ${toUuid(id)}, 'email', ${`${marker} ${id}`}, ${[`ops@${marker}.example`]})`;
  await sql`insert into alert_channels (tenant_id, id, kind, name, url, secret)
            values (${tenant}, ${toUuid(hook)}, 'webhook', ${`${marker} hook`}, ${`https://${marker}.example/`},
              ${secrets.seal(`channel ${tenantId} ${hook}`, `whsec_${marker}`)})`;
  await sql`insert into alert_deliveries (tenant_id, id, channel_id, alert_id, reason, content, status)
            values (${tenant}, ${toUuid(notice)}, ${toUuid(channel)}, ${toUuid(alert)}, 'again', ${sql.json({ title: marker })}, 'failed')`;
  await sql`insert into alert_delivery_attempts (
              tenant_id, delivery_id, id, attempt, target, started_at, duration_ms, outcome
            ) values (
              ${tenant}, ${toUuid(notice)}, ${newUuid()}, 1, ${`ops@${marker}.example`}, now(), 1, 'failed'
            )`;
  return { alert, channel, spareChannel, hook, notice };
}
