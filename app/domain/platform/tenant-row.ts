import { toTypeId } from "#db/ids.ts";
import type { Plan, TenantStatus, TenantSummary } from "./schema.ts";

export interface TenantRow {
  id: string;
  name: string;
  slug: string;
  status: TenantStatus;
  plan: Plan;
  is_system: boolean;
  created_at: Date;
  members: number;
  agents: number;
  /** Text, since it is 64 bits wide. */
  messages_24h: string;
}

/**
 * SQL: the columns of a `TenantRow`, of a table or subquery with the tenants' own columns. Each count
 * is a range of an index that begins with the tenant, and messages are read from the roll-ups.
 */
export const tenantColumns = (tenant: string): string => `
  ${tenant}.id, ${tenant}.name, ${tenant}.slug, ${tenant}.status, ${tenant}.plan, ${tenant}.is_system,
  ${tenant}.created_at,
  (select count(*)::int from memberships m where m.tenant_id = ${tenant}.id) as members,
  (select count(*)::int from agents a where a.tenant_id = ${tenant}.id) as agents,
  ${sentSince(tenant, "hour", "24 hours")} as messages_24h`;

/** SQL: how many messages the tenant has sent, by the roll-ups that begin within this time. */
export const sentSince = (tenant: string, grain: "hour" | "day", interval: string): string => `
  (select coalesce(sum(r.sent), 0)::text from traffic_rollups r
   where r.tenant_id = ${tenant}.id and r.grain = '${grain}' and r.at > now() - interval '${interval}')`;

export const toTenantSummary = (row: TenantRow): TenantSummary => ({
  id: toTypeId("ten", row.id),
  name: row.name,
  slug: row.slug,
  status: row.status,
  plan: row.plan,
  isSystem: row.is_system,
  members: row.members,
  agents: row.agents,
  messages24h: Number(row.messages_24h),
  createdAt: row.created_at.toISOString(),
});
