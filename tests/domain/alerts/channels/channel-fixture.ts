import type {
  ChannelKind,
  CreateChannelInput,
  DeliveryReason,
} from "#app/domain/alerts/channels/channel-schema.ts";
import { createChannel } from "#app/domain/alerts/channels/create-channel.server.ts";
import { type DrainChannelOptions, drainChannel } from "#app/domain/alerts/channels/drain-channel.server.ts";
import { listDeliveries } from "#app/domain/alerts/channels/list-deliveries.server.ts";
import type { NoticeServices } from "#app/domain/alerts/channels/notice-services.server.ts";
import { wakeChannels } from "#app/domain/alerts/channels/wake-channel.server.ts";
import { type AlertChannelId, type AlertDeliveryId, type AlertId, newId, newUuid, toUuid } from "#db/ids.ts";
import type { TestDatabase } from "#tests/setup/database.ts";
import { aRequest, createTenantFixture, type TenantFixture } from "#tests/setup/tenant-fixture.ts";

type Without<K extends ChannelKind> = Omit<
  Extract<CreateChannelInput, { kind: K }>,
  "minSeverity" | "ruleKinds" | "tellsEnd"
>;
/** A channel's settings, but those that all have by themselves. */
export type ChannelSettings = Without<"email"> | Without<"webhook"> | Without<"slack"> | Without<"pagerduty">;

/** A channel that can be told things, and what became of them. */
export interface TestChannel {
  id: AlertChannelId;
  tenant: TenantFixture;
  secret: string | null;
  /** Stores a delivery as telling an alert does. */
  tell(reason?: DeliveryReason, content?: Record<string, unknown>): Promise<AlertDeliveryId>;
  alertId: AlertId;
  /** One run of the job. */
  drain(options?: Partial<DrainChannelOptions>): Promise<number>;
  /** The time of its next attempt, and of those of its deliveries, has come. */
  skipBackoff(): Promise<void>;
  row(): Promise<Record<string, unknown>>;
  /** Oldest first. */
  deliveries(): ReturnType<typeof listDeliveries> extends Promise<infer P>
    ? P extends { deliveries: infer D }
      ? Promise<D>
      : never
    : never;
}

export const titleOfAlert = "5 failed sign-ins of <ada@example.com> & *friends* in 5 minutes";

/** A new tenant's channel, or another of a tenant's. */
export async function addChannel(
  database: TestDatabase,
  services: NoticeServices,
  settings: ChannelSettings,
  tenant?: TenantFixture,
): Promise<TestChannel> {
  const { db, owner } = database;
  const whose = tenant ?? (await createTenantFixture(db));
  const { tenantId, admin: actor } = whose;
  const tenantUuid = toUuid(tenantId);
  const made = await createChannel(db, services, {
    actor,
    input: { minSeverity: "info", ruleKinds: null, tellsEnd: true, ...settings },
    request: aRequest,
  });
  const channelUuid = toUuid(made.id);
  const [ruleId, alertId] = [newId("rul"), newId("alr")];
  await owner`
    insert into alert_rules (tenant_id, id, kind, severity, threshold, window_seconds)
    values (${tenantUuid}, ${toUuid(ruleId)}, 'failed_login_threshold', 'warning', 5, 300)`;
  await owner`
    insert into alerts (tenant_id, id, rule_id, kind, fingerprint, severity, subject_type, first_at, last_at)
    values (${tenantUuid}, ${toUuid(alertId)}, ${toUuid(ruleId)}, 'failed_login_threshold', ${newUuid()}, 'warning',
      'user', now(), now())`;
  return {
    ...{ id: made.id, tenant: whose, secret: made.secret, alertId },
    async tell(reason = "opened", content = {}) {
      const id = newId("ntf");
      const snapshot = { ...alertContent(alertId, tenantId), ...content };
      await db.withSql(async (sql) => {
        await sql`
          insert into alert_deliveries (tenant_id, id, channel_id, alert_id, reason, content)
          values (${tenantUuid}, ${toUuid(id)}, ${channelUuid}, ${toUuid(alertId)}, ${reason},
            ${JSON.stringify(snapshot)}::text::jsonb)`;
        await wakeChannels(sql, [{ tenantUuid, channelUuid }]);
      });
      return id;
    },
    drain: (options) =>
      drainChannel({ db, services, tenantId, channelId: made.id, random: () => 0.5, ...options }),
    async skipBackoff() {
      await owner`update alert_channels set next_attempt_at = null where id = ${channelUuid}`;
      await owner`update alert_deliveries set next_attempt_at = now() where channel_id = ${channelUuid}`;
    },
    async row() {
      const [row] = await owner`select * from alert_channels where id = ${channelUuid}`;
      return row ?? {};
    },
    async deliveries() {
      const page = await listDeliveries(db, { actor, channelId: made.id, limit: 100 });
      return page.deliveries.toReversed();
    },
  };
}

/** An alert as its deliveries keep it. */
export const alertContent = (id: AlertId, tenantId: string): Record<string, unknown> => ({
  ...{
    id,
    tenantId,
    ruleId: newId("rul"),
    kind: "failed_login_threshold",
    severity: "warning",
    status: "open",
  },
  title: titleOfAlert,
  subject: { type: "user", id: newId("usr"), name: "ada@example.com" },
  facts: { by: "account" },
  count: 5,
  ...{ firstAt: "2026-11-27T12:00:00.000Z", lastAt: "2026-11-27T12:04:00.000Z" },
  ...{ openedAt: "2026-11-27T12:04:01.000Z", toldAt: "2026-11-27T12:04:01.000Z" },
  ...{ snoozedUntil: null, silencedUntil: null, acknowledgedAt: null, acknowledgedBy: null },
  ...{ resolvedAt: null, resolvedBy: null, resolution: null },
});
