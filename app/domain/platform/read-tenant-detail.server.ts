import type { Database } from "#db/database.ts";
import { type TenantId, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { notFound } from "../errors.ts";
import { requirePlatformAdmin } from "./require-platform-admin.ts";
import type { TenantDetail } from "./schema.ts";
import { sentSince, type TenantRow, tenantColumns, toTenantSummary } from "./tenant-row.ts";

interface DetailRow extends TenantRow {
  suspended_at: Date | null;
  suspended_reason: string | null;
  retention_days: number | null;
  messages_7d: string;
  messages_30d: string;
  active_keys: number;
  open_sessions: number;
  last_sign_in_at: Date | null;
}

/**
 * One tenant, for those who run the service.
 * @throws AppError not_found
 */
export async function readTenantDetail(
  db: Database,
  actor: Actor,
  tenantId: TenantId,
): Promise<TenantDetail> {
  requirePlatformAdmin(actor);
  const tenantUuid = toUuid(tenantId);
  const { row, admins } = await db.withSql(
    async (sql) => {
      const rows = await sql<DetailRow[]>`
        select ${sql.unsafe(tenantColumns("t"))}, t.suspended_at, t.suspended_reason, t.retention_days,
          ${sql.unsafe(sentSince("t", "day", "7 days"))} as messages_7d,
          ${sql.unsafe(sentSince("t", "day", "30 days"))} as messages_30d,
          (select count(*)::int from api_keys k
           where k.tenant_id = t.id and k.revoked_at is null
             and (k.expires_at is null or k.expires_at > now())) as active_keys,
          (select count(*)::int from sessions s
           where s.tenant_id = t.id and s.revoked_at is null and s.expires_at > now()) as open_sessions,
          (select max(s.created_at) from sessions s where s.tenant_id = t.id) as last_sign_in_at
        from tenants t where t.id = ${tenantUuid}`;
      const people = await sql<{ name: string; email: string }[]>`
        select u.name, u.email from memberships m join users u on u.id = m.user_id
        where m.tenant_id = ${tenantUuid} and m.role = 'tenant_admin' and u.disabled_at is null
        order by m.id
        limit 5`;
      return { row: rows[0], admins: people.map(({ name, email }) => ({ name, email })) };
    },
    { readOnly: true },
  );
  if (row === undefined) throw notFound("tenant");
  return {
    ...toTenantSummary(row),
    suspendedAt: row.suspended_at?.toISOString() ?? null,
    suspendedReason: row.suspended_reason,
    retentionDays: row.retention_days,
    messages7d: Number(row.messages_7d),
    messages30d: Number(row.messages_30d),
    activeKeys: row.active_keys,
    openSessions: row.open_sessions,
    lastSignInAt: row.last_sign_in_at?.toISOString() ?? null,
    admins,
  };
}
