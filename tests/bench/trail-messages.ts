import type postgres from "postgres";
import { toUuid } from "#db/ids.ts";
import type { TrailTenant } from "./trail-population.ts";

const CHUNK = 500_000;

/** Messages of a conversation; its two agents take turns. */
const CONVERSATION = 8;

/**
 * Fills the tenants with history: a few agents are busy and most are not, each writes to eight others,
 * nearly all is delivered, most is acked, and what is rare is rare. Indexes and foreign keys are made
 * anew afterwards, which takes a fraction of keeping them.
 */
export async function loadMessages(owner: postgres.Sql, tenants: readonly TrailTenant[]): Promise<void> {
  const indexes = await owner<{ name: string; definition: string }[]>`
    select indexname as name, indexdef as definition from pg_indexes
    where schemaname = 'public' and tablename in ('messages', 'deliveries') and indexname not like '%_pkey'`;
  const keys = await owner<{ on_table: string; name: string; definition: string }[]>`
    select conrelid::regclass::text as on_table, conname as name, pg_get_constraintdef(oid) as definition
    from pg_constraint
    where contype = 'f' and conrelid in ('messages'::regclass, 'deliveries'::regclass)`;
  for (const { on_table, name } of keys)
    await owner`alter table ${owner(on_table)} drop constraint ${owner(name)}`;
  for (const { name } of indexes) await owner`drop index ${owner(name)}`;
  for (const tenant of tenants) {
    for (let begin = 0; begin < tenant.messages; begin += CHUNK)
      await loadChunk(owner, tenant, begin, Math.min(begin + CHUNK, tenant.messages));
  }
  for (const { definition } of indexes) await owner.unsafe(definition);
  for (const { on_table, name, definition } of keys)
    await owner.unsafe(`alter table ${on_table} add constraint ${name} ${definition}`);
  await owner`vacuum analyze messages`;
  await owner`vacuum analyze deliveries`;
  await owner`analyze`;
}

/** The messages from `begin` to before `end`, with their sequences after those that are there. */
async function loadChunk(
  owner: postgres.Sql,
  { tenantId, agentUuids, messages, beginMs, endMs }: TrailTenant,
  begin: number,
  end: number,
): Promise<void> {
  const tenant = toUuid(tenantId);
  const stepMs = (endMs - beginMs) / messages;
  // A number from 0 to 1 that n has for ever.
  const chance = (of: string, salt: number): string =>
    `((hashint8extended(${of}, ${salt}) & 1048575)::float8 / 1048576)`;
  await owner.begin(async (sql) => {
    await sql`set local work_mem = '256MB'`;
    await sql.unsafe(
      `
      create temporary table chunk on commit drop as
      select
        numbered.*,
        case when status <> 'blocked' then mailbox.last_sequence + row_number() over (
          partition by numbered.recipient_id, status = 'blocked' order by n
        ) end as sequence
      from (
        select
          n, drawn.id, to_timestamp(at_ms / 1000.0) as at, conversation, turn, chance_handled,
          ids[case when turn % 2 = 0 then one else other end] as sender_id,
          case when chance_type < 0.005 then desk.id
            else ids[case when turn % 2 = 0 then other else one end] end as recipient_id,
          case when chance_type < 0.005 then 'desk' else 'agent' end as recipient_kind,
          case
            when chance_type < 0.005 then 'escalation'
            when turn = 0 then 'task_handoff'
            when chance_type < 0.6 then 'status_update'
            when turn % 2 = 1 then 'data_request'
            else 'data_response'
          end as type,
          case
            when chance_priority < 0.01 then 'urgent' when chance_priority < 0.06 then 'high'
            when chance_priority < 0.10 then 'low' else 'normal'
          end as priority,
          case
            when n >= $4 - 200 then 'pending' when n >= $4 - 300 then 'sent'
            when chance_status < 0.01 then 'blocked' when chance_status < 0.013 then 'failed'
            when chance_status < 0.02 then 'expired' else 'delivered'
          end as status
        from (
          select
            n, conversation, (n % ${CONVERSATION})::int as turn, at_ms,
            (substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-7' || lpad(to_hex(n & 4095), 3, '0') || '-8'
              || lpad(to_hex(n & 4095), 3, '0') || '-' || lpad(to_hex(n), 12, '0'))::uuid as id,
            one, (one + floor(${chance("conversation", 2)} * 8)::int) % ${agentUuids.length} + 1 as other,
            ${chance("n", 3)} as chance_type, ${chance("n", 4)} as chance_priority,
            ${chance("n", 5)} as chance_status, ${chance("n", 6)} as chance_handled
          from (
            select
              n, n / ${CONVERSATION} as conversation, at_ms, lpad(to_hex(at_ms), 12, '0') as hex,
              floor(power(${chance(`n / ${CONVERSATION}`, 1)}, 2) * ${agentUuids.length})::int + 1 as one
            from (
              select n, floor($5::float8 + n * $6::float8)::bigint as at_ms
              from generate_series($2::bigint, $3::bigint - 1) as n
            ) timed
          ) spread
        ) drawn
        cross join (select $7::uuid[] as ids) agents
        cross join (select id from mailboxes where tenant_id = $1 and kind = 'desk') desk
      ) numbered
      join mailboxes mailbox on mailbox.tenant_id = $1 and mailbox.id = numbered.recipient_id`,
      [tenant, begin, end, messages, beginMs, stepMs, agentUuids],
    );
    await sql`
      insert into messages (
        tenant_id, id, sender_kind, sender_id, recipient_kind, recipient_id, sequence, type, kind, priority,
        payload, correlation_id, created_at
      )
      select
        ${tenant}, id, 'agent', sender_id, recipient_kind, recipient_id, sequence, type,
        case type
          when 'task_handoff' then 'command' when 'status_update' then 'event' when 'data_request' then 'query'
          when 'data_response' then 'response' else 'notification'
        end,
        priority,
        case type
          when 'task_handoff' then jsonb_build_object(
            'taskId', 'NW-' || conversation, 'priority', 'medium',
            'description', 'Stop gripper GR-' || n % 97 || ' from re-homing after every pick of the night shift',
            'context', jsonb_build_object('component', 'gripper-firmware', 'branch', 'fix/gr-' || conversation))
          when 'status_update' then jsonb_build_object(
            'taskId', 'NW-' || conversation, 'status', 'in progress', 'progress', n % 101,
            'detail', 'Run ' || n || ' of the regression suite is through; two flaky cases are looked into')
          when 'data_request' then jsonb_build_object(
            'query', 'Which robots of site ' || n % 31 || ' missed more than five picks in the last hour?',
            'dataSource', 'telemetry', 'format', 'table')
          when 'data_response' then jsonb_build_object(
            'format', 'json', 'data', jsonb_build_array(
              jsonb_build_object('robot', 'RB-' || n % 997, 'missed', n % 13, 'site', n % 31),
              jsonb_build_object('robot', 'RB-' || n % 991, 'missed', n % 7, 'site', n % 29)))
          else jsonb_build_object(
            'reason', 'Conveyor ' || n % 11 || ' stands still and nobody answers', 'severity', 'high')
        end,
        'conversation-' || conversation, at
      from chunk order by n`;
    await sql`
      insert into deliveries (
        tenant_id, message_id, recipient_id, sequence, status, handling, priority_rank, reason, available_at,
        delivered_at, handled_at
      )
      select
        ${tenant}, id, recipient_id, sequence, status,
        case
          when status <> 'delivered' then case when status = 'failed' and n % 3 = 0 then 'dead' else 'unread' end
          when chance_handled < 0.6 then 'acked' when chance_handled < 0.6005 then 'dead'
          when n >= ${messages} - 2000 and n % 10 = 0 then 'leased' else 'unread'
        end,
        case priority when 'urgent' then 0 when 'high' then 1 when 'normal' then 2 else 3 end,
        case when status = 'blocked' then 'no_allowlist_edge' end, at,
        case when status = 'delivered' then at + interval '12 ms' end,
        case when status = 'delivered' and chance_handled < 0.6 then at + interval '3 s' end
      from chunk order by n`;
    await sql`
      update mailboxes mailbox set last_sequence = reached.sequence
      from (select recipient_id, max(sequence) as sequence from chunk group by recipient_id) reached
      where mailbox.tenant_id = ${tenant} and mailbox.id = reached.recipient_id
        and reached.sequence is not null`;
  });
}
