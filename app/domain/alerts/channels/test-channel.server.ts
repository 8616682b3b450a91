import type { Database, Sql } from "#db/database.ts";
import { newId, newUuid, toUuid } from "#db/ids.ts";
import type { RequestInfo } from "../../auth/actor.ts";
import type { RateLimits } from "../../limits/rate-limits.server.ts";
import { type TargetRow, type Telling, targetColumns, toTarget } from "./begin-telling.server.ts";
import {
  aboutChannel,
  type ChannelChange,
  lockChannel,
  recordChannelEvent,
  tenantOfChange,
} from "./change-channel.server.ts";
import type { DeliveryView } from "./channel-schema.ts";
import { findDeliveries } from "./find-deliveries.server.ts";
import { readChannel } from "./list-channels.server.ts";
import { testContent, toNotice } from "./notice.ts";
import type { NoticeServices } from "./notice-services.server.ts";
import { postNotice } from "./post-notice.server.ts";
import { recordAttempt } from "./record-attempt.server.ts";
import { tellByMail } from "./tell-by-mail.server.ts";
import { wakeChannels } from "./wake-channel.server.ts";

export interface TestChannelServices {
  db: Database;
  services: NoticeServices;
  limits: Pick<RateLimits, "channelTests">;
}

export interface TestChannel extends ChannelChange {
  request: RequestInfo;
  signal?: AbortSignal;
}

/**
 * Tells a channel now that this is a test, whatever its state, and gives what came back; one that works
 * again is not left to its backoff. Beside the queue: what waits is not touched. As the system login, which
 * reads the secret; every statement names the tenant.
 * @throws AppError not_found, rate_limited.
 */
export async function testChannel(
  { db, services, limits }: TestChannelServices,
  test: TestChannel,
): Promise<DeliveryView> {
  const tenantId = tenantOfChange(test);
  // First whether there is one: who asks for what is not there learns that and no more.
  await readChannel(db, test);
  await limits.channelTests.take(test.actor, tenantId, test.request);
  const telling = await db.withSql((sql) => beginTest(sql, test));
  const isTold = await tell({ db, services }, test, telling);
  return db.withSql(async (sql) => {
    const { tenantUuid, channelUuid, deliveryUuid } = telling;
    if (isTold) await endBackoff(sql, telling);
    await sql`
      update alert_deliveries set status = ${isTold ? "delivered" : "failed"}, settled_at = now()
      where tenant_id = ${tenantUuid} and id = ${deliveryUuid} and channel_id = ${channelUuid}
    `;
    const [view] = await findDeliveries(sql, tenantUuid, { ids: [deliveryUuid], limit: 1 });
    if (view === undefined) throw new Error("the test is not there");
    return view;
  });
}

/** Stored as cancelled, which it is if this process ends before it is made. */
async function beginTest(sql: Sql, test: TestChannel): Promise<Telling> {
  const channel = await lockChannel(sql, test);
  const { tenantId, tenantUuid, channelUuid, kind, name } = channel;
  const [row] = await sql<(TargetRow & { tenant_name: string })[]>`
    select ${sql.unsafe(targetColumns)},
      (select tenant.name from tenants tenant where tenant.id = ${tenantUuid}) as tenant_name
    from alert_channels where tenant_id = ${tenantUuid} and id = ${channelUuid}
  `;
  if (row === undefined) throw new Error("the channel is not there");
  const id = newId("ntf");
  const content = testContent(name);
  await sql`
    insert into alert_deliveries (tenant_id, id, channel_id, reason, content, status, attempts, settled_at)
    values (${tenantUuid}, ${toUuid(id)}, ${channelUuid}, 'test', ${JSON.stringify(content)}::text::jsonb,
      'cancelled', 1, now())
  `;
  await recordChannelEvent(sql, {
    ...aboutChannel(test, channel),
    action: "alert_channel.tested",
    details: { kind, deliveryId: id },
  });
  return {
    ...{ tenantUuid, channelUuid, leaseId: newUuid(), deliveryUuid: toUuid(id), number: 1 },
    notice: {
      ...{ id, reason: "test", createdAt: new Date().toISOString(), tenantId, tenantName: row.tenant_name },
      ...{ channelName: name, content },
    },
    target: toTarget(row),
  };
}

/** Whether it was taken; by all, where there are several. */
async function tell(
  { db, services }: Pick<TestChannelServices, "db" | "services">,
  { channelId, signal }: TestChannel,
  telling: Telling,
): Promise<boolean> {
  const notice = toNotice(telling.notice, services.origin);
  const { target } = telling;
  if (target.kind === "email") {
    const { results, told } = await tellByMail({
      ...{ db, services, telling, notice, signal },
      onAttempt: async (result) => {
        await db.withSql((sql) => recordAttempt(sql, telling, result));
        return true;
      },
    });
    return told > 0 && results.every(({ outcome }) => outcome === "delivered");
  }
  const owner = { tenantId: telling.notice.tenantId, channelId };
  const result = await postNotice(services, { owner, target, notice, signal });
  await db.withSql((sql) => recordAttempt(sql, telling, result));
  if (target.kind === "pagerduty" && result.outcome === "delivered") {
    // So that the test leaves no incident open that somebody would be called for.
    const resolved = await postNotice(services, {
      owner,
      target,
      notice: { ...notice, reason: "resolved" },
      signal,
    });
    await db.withSql((sql) => recordAttempt(sql, { ...telling, number: 2 }, resolved));
  }
  return result.outcome === "delivered";
}

async function endBackoff(sql: Sql, { tenantUuid, channelUuid }: Telling): Promise<void> {
  const changed = await sql`
    update alert_channels set failures = 0, failing_since = null, last_error = null, last_success_at = now(),
      next_attempt_at = null
    where tenant_id = ${tenantUuid} and id = ${channelUuid} and status = 'active'
  `;
  if (changed.count > 0) await wakeChannels(sql, [{ tenantUuid, channelUuid }]);
}
