import type { Sql } from "#db/database.ts";
import { type MailboxKind, madeAtMs } from "#db/ids.ts";
import { latencyBucketOf } from "./latency-buckets.ts";
import type { DeliveryStatus, MessageType } from "./schema.ts";

const HOUR_MS = 3_600_000;

/** A message was sent, or its delivery status has changed. */
export interface TrafficChange {
  tenantUuid: string;
  messageUuid: string;
  senderKind: MailboxKind;
  senderUuid: string;
  recipientKind: MailboxKind;
  recipientUuid: string;
  type: MessageType;
  /** Null: it was just sent. */
  from: DeliveryStatus | null;
  to: DeliveryStatus;
  /** From its acceptance, where this change is its delivery. */
  latencyMs?: number;
}

/** What a status counts as; what is on its way is the rest of `sent`. */
const counterOf = {
  pending: undefined,
  sent: undefined,
  delivered: "delivered",
  failed: "failed",
  expired: "expired",
  blocked: "blocked",
} as const satisfies Record<DeliveryStatus, string | undefined>;

/**
 * Changes of the figures for one hour, sender, recipient and type; hours by the message's id, which is
 * when it was accepted. `b` counts delivery times by bucket (`latency-buckets.ts`).
 */
export interface TrafficDelta {
  /** Hours since 1970. */
  h: number;
  sk: MailboxKind;
  s: string;
  rk: MailboxKind;
  r: string;
  t: MessageType;
  sent: number;
  delivered: number;
  blocked: number;
  failed: number;
  expired: number;
  /** Sum of the delivery times, in milliseconds. */
  ms: number;
  b: Record<number, number>;
}

/**
 * Notes what a transaction changes in the figures, on that transaction: one row a tenant, which the
 * job `roll-up-traffic` folds into the roll-ups. Whoever changes a delivery's status calls it.
 */
export async function recordTraffic(sql: Sql, changes: readonly TrafficChange[]): Promise<void> {
  if (changes.length === 0) return;
  await sql`
    insert into traffic_deltas (tenant_id, deltas)
    select tenant_id, deltas
    from json_to_recordset(${JSON.stringify(rowsOf(changes))}::text::json) as change (tenant_id uuid, deltas jsonb)
  `;
}

function rowsOf(changes: readonly TrafficChange[]): { tenant_id: string; deltas: TrafficDelta[] }[] {
  const tenants = new Map<string, Map<string, TrafficDelta>>();
  for (const change of changes) {
    const deltas = tenants.get(change.tenantUuid) ?? new Map<string, TrafficDelta>();
    tenants.set(change.tenantUuid, deltas);
    add(deltaFor(deltas, change), change);
  }
  return Array.from(tenants, ([tenant_id, deltas]) => ({ tenant_id, deltas: [...deltas.values()] }));
}

function deltaFor(deltas: Map<string, TrafficDelta>, change: TrafficChange): TrafficDelta {
  const { senderKind, senderUuid, recipientKind, recipientUuid, type } = change;
  const hour = Math.floor(madeAtMs(change.messageUuid) / HOUR_MS);
  const key = `${hour} ${senderUuid} ${recipientUuid} ${type}`;
  const known = deltas.get(key);
  if (known !== undefined) return known;
  const delta: TrafficDelta = {
    h: hour,
    sk: senderKind,
    s: senderUuid,
    rk: recipientKind,
    r: recipientUuid,
    t: type,
    sent: 0,
    delivered: 0,
    blocked: 0,
    failed: 0,
    expired: 0,
    ms: 0,
    b: {},
  };
  deltas.set(key, delta);
  return delta;
}

function add(delta: TrafficDelta, { from, to, latencyMs }: TrafficChange): void {
  if (from === null) delta.sent++;
  const left = from === null ? undefined : counterOf[from];
  if (left !== undefined) delta[left]--;
  const reached = counterOf[to];
  if (reached !== undefined) delta[reached]++;
  if (latencyMs === undefined) return;
  const bucket = latencyBucketOf(latencyMs);
  delta.ms += Math.max(0, Math.round(latencyMs));
  delta.b[bucket] = (delta.b[bucket] ?? 0) + 1;
}
