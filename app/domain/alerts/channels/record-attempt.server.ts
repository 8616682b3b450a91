import type { Sql } from "#db/database.ts";
import { newUuid } from "#db/ids.ts";
import type { Telling } from "./begin-telling.server.ts";
import { leaseSecondsOf } from "./channel-lease.server.ts";
import type { NoticeResult } from "./post-notice.server.ts";

/** Notes one try to tell and what came of it; nothing where the delivery has gone with its alert meanwhile. */
export async function recordAttempt(
  sql: Sql,
  { tenantUuid, deliveryUuid, number }: Pick<Telling, "tenantUuid" | "deliveryUuid" | "number">,
  result: NoticeResult,
): Promise<void> {
  await sql`
    insert into alert_delivery_attempts (
      tenant_id, delivery_id, id, attempt, target, started_at, duration_ms, outcome, status_code, error,
      response_body
    )
    select tenant_id, id, ${newUuid()}, ${number}, ${result.target},
      ${result.startedAt.toISOString()}::text::timestamptz, ${result.durationMs}, ${result.outcome},
      ${result.statusCode}::int, ${result.error?.slice(0, 500) ?? null}, ${result.responseBody}
    from alert_deliveries
    where tenant_id = ${tenantUuid} and id = ${deliveryUuid}
  `;
}

/** For as long as another mail may take; false when the lease is another's. */
export async function renewLease(
  sql: Sql,
  { tenantUuid, channelUuid, leaseId, target }: Telling,
): Promise<boolean> {
  const renewed = await sql`
    update alert_channels
    set leased_until = clock_timestamp() + make_interval(secs => ${leaseSecondsOf(target.kind)})
    where tenant_id = ${tenantUuid} and id = ${channelUuid} and lease_id = ${leaseId}
  `;
  return renewed.count > 0;
}
