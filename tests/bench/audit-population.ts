import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type postgres from "postgres";
import { newUuid, type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import type { BenchEnvironment } from "./environment.ts";

export const TENANTS = 50;
export const MONTHS = 13;
const CHUNK = 500_000;

/** A trail with a history; the tenant is the one with most of it. */
export interface AuditHistory {
  tenantId: TenantId;
  events: number;
  /** When the history begins and ends, in milliseconds since 1970. */
  beginMs: number;
  endMs: number;
}

/** So many tenants' events of thirteen months; taken over from the data folder when they are there already. */
export async function auditHistory(
  environment: BenchEnvironment,
  events: number,
  tenants = TENANTS,
): Promise<AuditHistory> {
  const kept = join(environment.dataDir, `audit-${events}.json`);
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, "utf8"));
  const { owner } = environment;
  const startedMs = Date.now();
  const tenantUuids = Array.from({ length: tenants }, newUuid);
  await owner`
    insert into tenants (id, name, slug)
    select id, 'Tenant ' || n, 'tenant-' || n || '-' || right(id::text, 6)
    from unnest(${tenantUuids}::uuid[]) with ordinality as made (id, n)`;
  await owner`
    insert into mailboxes (tenant_id, id, kind)
    select id, gen_random_uuid(), 'desk' from unnest(${tenantUuids}::uuid[]) as made (id)`;
  const endMs = Date.now() - 60_000;
  const begin = new Date(endMs);
  begin.setUTCMonth(begin.getUTCMonth() - MONTHS + 1, 1);
  const beginMs = begin.setUTCHours(0, 0, 0, 0);
  await owner`
    select ensure_audit_partition((${new Date(beginMs).toISOString()}::text::date + n * interval '1 month')::date)
    from generate_series(0, ${MONTHS}) as n`;
  await loadEvents(owner, { tenantUuids, events, beginMs, endMs });
  const tenantId = toTypeId("ten", tenantUuids[0] ?? "");
  const [counted] = await owner<{ count: string }[]>`
    select count(*) from audit_events where tenant_id = ${toUuid(tenantId)}`;
  console.log(
    `Loaded ${events.toLocaleString("en-US")} events in ${((Date.now() - startedMs) / 1000).toFixed(0)} s; the largest tenant has ${Number(counted?.count).toLocaleString("en-US")}.`,
  );
  const history: AuditHistory = { tenantId, events, beginMs, endMs };
  writeFileSync(kept, JSON.stringify(history), { mode: 0o600 });
  return history;
}

/** The indexes are made anew afterwards, which takes a fraction of keeping them. */
async function loadEvents(
  owner: postgres.Sql,
  history: { tenantUuids: string[]; events: number; beginMs: number; endMs: number },
): Promise<void> {
  const indexes = await owner<{ name: string; definition: string }[]>`
    select indexname as name, indexdef as definition from pg_indexes
    where schemaname = 'public' and tablename = 'audit_events' and indexname not like '%_pkey'`;
  for (const { name } of indexes) await owner`drop index ${owner(name)}`;
  for (let begin = 0; begin < history.events; begin += CHUNK)
    await loadChunk(owner, history, begin, Math.min(begin + CHUNK, history.events));
  await owner`set maintenance_work_mem = '256MB'`;
  for (const { definition } of indexes) await owner.unsafe(definition.replace(" ON ONLY ", " ON "));
  // What is loaded is not what the sealer and its like are measured by.
  await owner`update audit_sealer set generation = 1, xid = pg_current_xact_id()`;
  await owner`vacuum analyze audit_events`;
}

/**
 * A few tenants have most; most of what happens is sends by a few busy agents, and what is rare is rare.
 * Four events in a row belong to a request and to a conversation.
 */
async function loadChunk(
  owner: postgres.Sql,
  {
    tenantUuids,
    events,
    beginMs,
    endMs,
  }: { tenantUuids: string[]; events: number; beginMs: number; endMs: number },
  begin: number,
  end: number,
): Promise<void> {
  const stepMs = (endMs - beginMs) / events;
  const chance = (of: string, salt: number): string =>
    `((hashint8extended(${of}, ${salt}) & 1048575)::float8 / 1048576)`;
  await owner.unsafe(
    `
    insert into audit_events (
      tenant_id, id, occurred_at, actor_kind, actor_id, actor_name, action, resource_type, resource_id, resource_name,
      status, request_id, correlation_id, details, sealed_details
    )
    select
      tenant_id, id, to_timestamp(at_ms / 1000.0), actor_kind, actor_kind || '_' || actor, 'Actor ' || actor, action,
      resource_type, resource_type || '_' || case when action like 'message.%' then n / 2 else n % 97 end, null,
      case when action in ('auth.login.failed', 'message.failed') then 'failure'
        when action in ('message.blocked', 'auth.scope.denied') then 'denied' else 'success' end,
      'req-' || n / 4, case when resource_type = 'message' then 'conversation-' || n / 4 end, details, details::text
    from (
      select
        drawn.*,
        case when action like 'auth.%' or action like 'agent.%' or action like 'api_key.%' then 'user'
          when action in ('message.expired', 'retention.purged') then 'system' else 'agent' end as actor_kind,
        case when action like 'message.%' then 'message' when action like 'mailbox.%' then 'mailbox'
          when action like 'agent.%' then 'agent' when action like 'api_key.%' then 'api_key'
          when action = 'auth.login.succeeded' then 'session' when action = 'auth.login.failed' then 'user'
          when action = 'auth.scope.denied' then 'route' else 'tenant' end as resource_type,
        jsonb_build_object('type', 'status_update', 'kind', 'event', 'recipientId', 'agt_' || n % 40,
          'bytes', n % 900, 'sequence', n) as details
      from (
        select
          n, at_ms, ids[1 + floor(power(${chance("n / 4", 1)}, 2) * ${tenantUuids.length})::int] as tenant_id,
          (substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-7' || lpad(to_hex(n & 4095), 3, '0') || '-8'
            || lpad(to_hex(n & 4095), 3, '0') || '-' || lpad(to_hex(n), 12, '0'))::uuid as id,
          floor(power(${chance("n", 2)}, 2) * 40)::int as actor,
          case
            when c < 0.70 then 'message.sent' when c < 0.82 then 'message.acked' when c < 0.90 then 'mailbox.read'
            when c < 0.94 then 'mailbox.claimed' when c < 0.95 then 'message.expired' when c < 0.97 then 'message.blocked'
            when c < 0.98 then 'auth.login.succeeded' when c < 0.982 then 'auth.login.failed'
            when c < 0.984 then 'auth.scope.denied' when c < 0.9845 then 'agent.paused' when c < 0.985 then 'agent.resumed'
            when c < 0.9852 then 'api_key.created' when c < 0.9853 then 'retention.purged'
            when c < 0.9858 then 'message.failed' else 'message.delivered'
          end as action
        from (
          select n, floor($3::float8 + n * $4::float8)::bigint as at_ms, ${chance("n", 3)} as c,
            lpad(to_hex(floor($3::float8 + n * $4::float8)::bigint), 12, '0') as hex
          from generate_series($1::bigint, $2::bigint - 1) as n
        ) timed
        cross join (select $5::uuid[] as ids) tenants
      ) drawn
    ) told`,
    [begin, end, beginMs, stepMs, tenantUuids],
  );
}
