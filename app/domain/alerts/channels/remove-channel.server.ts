import type { AnyAuditEvent } from "#app/domain/audit/audit-event.ts";
import type { Database, Sql } from "#db/database.ts";
import { toTypeId, toUuid } from "#db/ids.ts";
import {
  aboutChannel,
  type ChannelChange,
  lockChannel,
  recordChannelEvent,
  tenantOfChange,
} from "./change-channel.server.ts";
import { settleWaiting } from "./disable-channel.server.ts";

/**
 * Removes a channel with its secrets; its deliveries stay for their alerts. A rule that told this one alone
 * tells all from then on, rather than nobody. Rules before channels.
 * @throws AppError not_found.
 */
export async function removeChannel(db: Database, change: ChannelChange): Promise<void> {
  const tenantId = tenantOfChange(change);
  await db.asTenantSql(tenantId, async (sql) => {
    const rules = await leaveRules(sql, change, toUuid(tenantId));
    const channel = await lockChannel(sql, change);
    const { tenantUuid, channelUuid, kind } = channel;
    await sql`
      update alert_channels set removed_at = now(), secret = null, previous_secret = null, hint = null,
        next_attempt_at = null, lease_id = null, leased_until = null, updated_at = now()
      where tenant_id = ${tenantUuid} and id = ${channelUuid}
    `;
    await settleWaiting(sql, channel);
    await recordChannelEvent(
      sql,
      ...rules.map(
        ({ id, kind: ruleKind, name, channel_ids }): AnyAuditEvent => ({
          ...{ tenantId, actor: change.actor, request: change.request },
          action: "alert_rule.changed",
          resource: { id: toTypeId("rul", id), name },
          details: {
            kind: ruleKind,
            changes: {
              channelIds: {
                from: [...(channel_ids ?? []).map((uuid) => toTypeId("chn", uuid)), change.channelId],
                to: channel_ids?.map((uuid) => toTypeId("chn", uuid)) ?? null,
              },
            },
          },
        }),
      ),
      { ...aboutChannel(change, channel), action: "alert_channel.removed", details: { kind } },
    );
  });
}

interface RuleRow {
  id: string;
  kind: string;
  name: string | null;
  channel_ids: string[] | null;
}

const leaveRules = (sql: Sql, { channelId }: ChannelChange, tenantUuid: string): Promise<RuleRow[]> => sql<
  RuleRow[]
>`
  update alert_rules
  set channel_ids = nullif(array_remove(channel_ids, ${toUuid(channelId)}::uuid), '{}'), updated_at = now()
  where tenant_id = ${tenantUuid} and channel_ids @> array[${toUuid(channelId)}::uuid]
  returning id, kind, name, channel_ids
`;
