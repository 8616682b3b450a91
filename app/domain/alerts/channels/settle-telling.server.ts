import { insertAuditEvents } from "#app/domain/audit/insert-audit-events.server.ts";
import type { Sql } from "#db/database.ts";
import { delayAfterMs, maxAttempts, meanDelaysMs } from "../../outbound/retry-schedule.ts";
import type { Telling } from "./begin-telling.server.ts";
import { disableChannel } from "./disable-channel.server.ts";
import { failingDays } from "./failing-days.ts";
import { givenUpEvent } from "./given-up.ts";

/** What an attempt came to, of the delivery as a whole. */
export interface TellingOutcome {
  outcome:
    | "delivered"
    /** Some of a mail's addresses have got it and some may later: that holds up nothing else. */
    | "partly"
    /** Tried again, and before it nothing else. */
    | "failed"
    /** This one is not taken, and given up. */
    | "refused"
    /** Nothing will be taken there again. */
    | "gone";
  error: string | null;
  /** How long it was asked to wait. */
  retryAfterMs?: number;
}

const HOUR_MS = 3_600_000;
/** As messages are pushed, then every six hours on average. */
const delaysMs = [...meanDelaysMs, 6 * HOUR_MS];

interface ChannelState {
  is_current: boolean;
  is_active: boolean;
}

/**
 * Settles an attempt on one transaction: the delivery, how its channel stands, the audit events. Channel
 * before delivery. An attempt whose lease is not held any more says nothing of the channel; what was
 * accepted is delivered all the same. Gives whether the next may follow at once.
 * @param random from 0 to 1, for the backoff
 */
export async function settleTelling(
  sql: Sql,
  telling: Telling,
  outcome: TellingOutcome,
  random: number,
): Promise<boolean> {
  const { tenantUuid, channelUuid, deliveryUuid } = telling;
  const [channel] = await sql<ChannelState[]>`
    select lease_id is not distinct from ${telling.leaseId}::uuid as is_current,
      status = 'active' and removed_at is null as is_active
    from alert_channels
    where tenant_id = ${tenantUuid} and id = ${channelUuid}
    for no key update
  `;
  const [delivery] = await sql<{ is_pending: boolean }[]>`
    select status = 'pending' as is_pending from alert_deliveries
    where tenant_id = ${tenantUuid} and id = ${deliveryUuid}
    for no key update
  `;
  // The alert's time was over, and its deliveries went with it.
  if (delivery === undefined || channel === undefined) return true;
  const isWell = outcome.outcome === "delivered" || outcome.outcome === "partly";
  const isHeld = channel.is_current && channel.is_active;
  const delayMs = delayAfterMs(telling.number, random, outcome.retryAfterMs ?? 0, delaysMs);
  if (outcome.outcome === "delivered" || (delivery.is_pending && isHeld))
    await settleDelivery(sql, telling, outcome, delayMs);
  if (!isHeld) return false;
  if (isWell) {
    await sql`
      update alert_channels set failures = 0, failing_since = null, last_error = null, last_success_at = now(),
        next_attempt_at = null
      where tenant_id = ${tenantUuid} and id = ${channelUuid}
    `;
    return true;
  }
  // After one that was given up, the next has its first attempt soon.
  const waitMs = outcome.outcome === "refused" ? delayAfterMs(1, random, 0) : delayMs;
  // One that has refused something and then had nothing to take for days has not failed all the while.
  const [failing] = await sql<{ is_over: boolean }[]>`
    update alert_channels set failures = failures + 1,
      failing_since = case
        when ${outcome.outcome === "failed"} and next_attempt_at < now() - interval '1 day' then now()
        else coalesce(failing_since, now()) end,
      last_error = ${outcome.error?.slice(0, 500) ?? null},
      next_attempt_at = clock_timestamp() + make_interval(secs => ${waitMs / 1_000})
    where tenant_id = ${tenantUuid} and id = ${channelUuid}
    returning failing_since <= now() - make_interval(days => ${failingDays}) as is_over
  `;
  if (outcome.outcome === "gone") await disableChannel(sql, telling, "gone");
  else if (failing?.is_over) await disableChannel(sql, telling, "failing");
  return false;
}

async function settleDelivery(
  sql: Sql,
  telling: Telling,
  { outcome, error }: TellingOutcome,
  delayMs: number,
): Promise<void> {
  const { tenantUuid, deliveryUuid, number } = telling;
  const isDelivered = outcome === "delivered" || (outcome === "partly" && number >= maxAttempts);
  if (!isDelivered && outcome !== "refused") {
    await sql`
      update alert_deliveries
      set next_attempt_at = clock_timestamp() + make_interval(secs => ${delayMs / 1_000})
      where tenant_id = ${tenantUuid} and id = ${deliveryUuid}
    `;
    return;
  }
  await sql`
    update alert_deliveries set status = ${isDelivered ? "delivered" : "failed"}, settled_at = now()
    where tenant_id = ${tenantUuid} and id = ${deliveryUuid}
  `;
  if (!isDelivered) {
    const [row] = await sql<{ alert_id: string | null }[]>`
      select alert_id from alert_deliveries where tenant_id = ${tenantUuid} and id = ${deliveryUuid}`;
    await insertAuditEvents(sql, [
      givenUpEvent({ ...telling, alertUuid: row?.alert_id ?? null, attempts: number, error: error ?? "" }),
    ]);
  }
}
