import { createHash } from "node:crypto";
import type { Sql } from "#db/database.ts";
import { isoTime } from "./message-row.ts";
import type { PreparedSend } from "./prepared-send.ts";
import type { BlockReason } from "./schema.ts";

/** The first result of an idempotency key that was used before. */
export interface FirstResult {
  requestHash: string;
  messageUuid: string;
  /** Null: the message itself is no longer kept. */
  correlationId: string | null;
  /** Null: it was blocked. */
  sequence: number | null;
  deliveredAt: string | null;
  blockReason: BlockReason | null;
}

export type KeyedSend = PreparedSend & { idempotency: NonNullable<PreparedSend["idempotency"]> };

export const hasKey = (send: PreparedSend): send is KeyedSend => send.idempotency !== null;

/** What the key's uniqueness is within: two sends with the same scope are the same send. */
export const keyScope = (send: KeyedSend): string =>
  `${send.tenantUuid} ${send.sender.uuid} ${send.idempotency.key}`;

/** Digest of what was asked for; the order of an object's members does not count. */
export const requestHash = (request: unknown): string =>
  createHash("sha256").update(JSON.stringify(request, inNameOrder)).digest("hex");

const inNameOrder = (_name: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/**
 * Claims the keys for these sends, in the order of the keys; gives the message ids whose claim won.
 * One that another transaction is just claiming is waited for. What was claimed over 24 hours ago
 * is free again.
 */
export async function claimKeys(sql: Sql, sends: readonly KeyedSend[]): Promise<Set<string>> {
  if (sends.length === 0) return new Set();
  const claims = sends.map((send) => ({
    tenant_id: send.tenantUuid,
    sender_id: send.sender.uuid,
    key: send.idempotency.key,
    request_hash: send.idempotency.requestHash,
    message_id: send.messageUuid,
  }));
  const won = await sql<{ message_id: string }[]>`
    insert into idempotency_keys (tenant_id, sender_id, key, request_hash, message_id)
    select tenant_id, sender_id, key, decode(request_hash, 'hex'), message_id
    from json_to_recordset(${JSON.stringify(claims)}::text::json) as claim (
      tenant_id uuid, sender_id uuid, key text, request_hash text, message_id uuid
    )
    order by tenant_id, sender_id, key
    on conflict (tenant_id, sender_id, key) do update
      set request_hash = excluded.request_hash,
          message_id = excluded.message_id,
          created_at = excluded.created_at
      where idempotency_keys.created_at <= now() - interval '24 hours'
    returning message_id
  `;
  return new Set(won.map((row) => row.message_id));
}

interface FirstResultRow {
  n: number;
  request_hash: string;
  message_id: string;
  correlation_id: string | null;
  sequence: string | null;
  delivered_at: string | null;
  block_reason: FirstResult["blockReason"];
}

/** The first results of keys that were claimed before, in the order of `sends`. */
export async function readFirstResults(
  sql: Sql,
  sends: readonly KeyedSend[],
): Promise<(FirstResult | undefined)[]> {
  if (sends.length === 0) return [];
  const wanted = sends.map((send, n) => ({
    n,
    tenant_id: send.tenantUuid,
    sender_id: send.sender.uuid,
    key: send.idempotency.key,
  }));
  // What was delivered at once has its creation's time; a later delivery is not part of the first result.
  const rows = await sql<FirstResultRow[]>`
    select
      wanted.n,
      encode(used.request_hash, 'hex') as request_hash,
      used.message_id,
      message.correlation_id,
      message.sequence,
      case when delivery.delivered_at = message.created_at
        then ${sql.unsafe(isoTime("delivery.delivered_at"))} end as delivered_at,
      case when message.sequence is null then delivery.reason end as block_reason
    from json_to_recordset(${JSON.stringify(wanted)}::text::json) as wanted (
      n int, tenant_id uuid, sender_id uuid, key text
    )
    join idempotency_keys used
      on used.tenant_id = wanted.tenant_id and used.sender_id = wanted.sender_id and used.key = wanted.key
    left join messages message on message.tenant_id = used.tenant_id and message.id = used.message_id
    left join deliveries delivery on delivery.tenant_id = used.tenant_id and delivery.message_id = used.message_id
  `;
  const results = new Map(rows.map((row) => [row.n, toFirstResult(row)]));
  return sends.map((_, n) => results.get(n));
}

const toFirstResult = (row: FirstResultRow): FirstResult => ({
  requestHash: row.request_hash,
  messageUuid: row.message_id,
  correlationId: row.correlation_id,
  sequence: row.sequence === null ? null : Number(row.sequence),
  deliveredAt: row.delivered_at,
  blockReason: row.block_reason,
});

/** Gives up claims, on the transaction that made them: nothing was stored for these sends. */
export async function releaseKeys(sql: Sql, sends: readonly KeyedSend[]): Promise<void> {
  if (sends.length === 0) return;
  const released = sends.map((send) => ({
    tenant_id: send.tenantUuid,
    sender_id: send.sender.uuid,
    key: send.idempotency.key,
  }));
  await sql`
    delete from idempotency_keys used
    using json_to_recordset(${JSON.stringify(released)}::text::json) as released (
      tenant_id uuid, sender_id uuid, key text
    )
    where used.tenant_id = released.tenant_id
      and used.sender_id = released.sender_id
      and used.key = released.key
  `;
}
