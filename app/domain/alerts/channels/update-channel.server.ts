import { invalidInput } from "#app/domain/errors.ts";
import type { Database, Sql } from "#db/database.ts";
import { checkedUrl } from "../../outbound/checked-url.server.ts";
import { recordedUrl } from "../../outbound/recorded-url.ts";
import { generateSigningSecret } from "../../outbound/signing-secret.ts";
import {
  aboutChannel,
  type ChannelChange,
  changedChannel,
  type LockedChannel,
  lockChannel,
  nameTaken,
  recordChannelEvent,
  tenantOfChange,
} from "./change-channel.server.ts";
import type { ChannelKind, ChannelView, ChannelWithSecret, UpdateChannelInput } from "./channel-schema.ts";
import { channelSecretOwner, hintOf } from "./channel-secret.ts";
import { distinctAddresses, requireSomebody } from "./create-channel.server.ts";
import type { NoticeServices } from "./notice-services.server.ts";
import { switchChannel } from "./switch-channel.server.ts";
import { wakeChannels } from "./wake-channel.server.ts";

export interface UpdateChannel extends ChannelChange {
  changes: UpdateChannelInput;
}

/** Fields that one kind has alone. */
const kindOfField = {
  addresses: "email",
  toAdmins: "email",
  url: "webhook",
  webhookUrl: "slack",
  routingKey: "pagerduty",
} as const satisfies Partial<Record<keyof UpdateChannelInput, ChannelKind>>;

/**
 * Changes a channel, turns it on or off. Another address or key is another receiver: it begins afresh. A
 * webhook with another URL gets another secret too, in the answer, so that whoever is behind the old one can
 * sign nothing for the new. What is the same already is no change.
 * @throws AppError not_found, conflict for a name that is taken, invalid_input naming the field.
 */
export async function updateChannel(
  db: Database,
  services: NoticeServices,
  update: UpdateChannel,
): Promise<ChannelWithSecret> {
  const { channelId } = update;
  const tenantId = tenantOfChange(update);
  const changes = withCheckedUrls(services, update.changes);
  return db
    .asTenantSql(tenantId, async (sql) => {
      const channel = await lockChannel(sql, update);
      const before = await changedChannel(sql, channel, channelId);
      requireFitting(channel.kind, before, changes);
      const after = { ...before, ...plainChanges(changes) };
      const changed = changesBetween(before, after);
      if (Object.keys(changed).length > 0) {
        await writePlain(sql, channel, after);
        await recordChannelEvent(sql, {
          ...aboutChannel(update, { tenantId, name: after.name }),
          action: "alert_channel.changed",
          details: { kind: channel.kind, changes: changed },
        });
      }
      const secret =
        changes.webhookUrl ??
        changes.routingKey ??
        (after.url === before.url ? null : generateSigningSecret());
      if (secret !== null) await writeSecret(sql, services, update, { ...channel, name: after.name }, secret);
      if (changes.status !== undefined) await switchChannel(sql, update, channel, changes.status);
      const view = await changedChannel(sql, channel, channelId);
      return { ...view, secret: channel.kind === "webhook" ? secret : null };
    })
    .catch(nameTaken);
}

function withCheckedUrls({ outbound }: NoticeServices, changes: UpdateChannelInput): UpdateChannelInput {
  const { url, webhookUrl } = changes;
  return {
    ...changes,
    ...(url !== undefined && { url: checkedUrl(outbound, url, "url") }),
    ...(webhookUrl !== undefined && { webhookUrl: checkedUrl(outbound, webhookUrl, "webhookUrl") }),
  };
}

function requireFitting(kind: ChannelKind, before: ChannelView, changes: UpdateChannelInput): void {
  for (const [field, only] of Object.entries(kindOfField))
    if (Reflect.get(changes, field) !== undefined && only !== kind)
      throw invalidInput(field, `is not for a channel of the kind ${kind}`);
  if (kind === "email")
    requireSomebody(changes.addresses ?? before.addresses, changes.toAdmins ?? before.toAdmins);
}

/** What stands in columns as it is. */
function plainChanges({ status: _, webhookUrl: __, routingKey: ___, ...plain }: UpdateChannelInput) {
  const { addresses } = plain;
  return { ...plain, ...(addresses !== undefined && { addresses: distinctAddresses(addresses) }) };
}

type Changes = Record<
  string,
  { from: string | boolean | string[] | null; to: string | boolean | string[] | null }
>;

/** Of each setting that has become another, for the record. */
function changesBetween(before: ChannelView, after: ChannelView): Changes {
  const changes: Changes = {};
  for (const field of ["name", "minSeverity", "ruleKinds", "tellsEnd", "addresses", "toAdmins"] as const)
    if (JSON.stringify(before[field]) !== JSON.stringify(after[field]))
      changes[field] = { from: before[field], to: after[field] };
  if (before.url !== after.url)
    changes.url = { from: before.url && recordedUrl(before.url), to: after.url && recordedUrl(after.url) };
  return changes;
}

const writePlain = (sql: Sql, { tenantUuid, channelUuid }: LockedChannel, after: ChannelView) => sql`
  update alert_channels set name = ${after.name}, min_severity = ${after.minSeverity},
    rule_kinds = ${after.ruleKinds}, tells_end = ${after.tellsEnd}, addresses = ${after.addresses},
    to_admins = ${after.toAdmins}, url = ${after.url}, updated_at = now()
  where tenant_id = ${tenantUuid} and id = ${channelUuid}
`;

/** Another receiver: an attempt under way says nothing of it. */
async function writeSecret(
  sql: Sql,
  { secrets }: NoticeServices,
  update: UpdateChannel,
  channel: LockedChannel,
  secret: string,
): Promise<void> {
  const { tenantId, tenantUuid, channelUuid, kind } = channel;
  const sealed = secrets.seal(channelSecretOwner({ tenantId, channelId: update.channelId }), secret);
  await sql`
    update alert_channels set secret = ${sealed}, previous_secret = null, previous_secret_until = null,
      hint = ${hintOf(secret)}, failures = 0, failing_since = null, last_error = null, next_attempt_at = null,
      lease_id = null, leased_until = null, updated_at = now()
    where tenant_id = ${tenantUuid} and id = ${channelUuid}
  `;
  await wakeChannels(sql, [channel]);
  await recordChannelEvent(sql, {
    ...aboutChannel(update, channel),
    action: "alert_channel.secret.rotated",
    details: { kind, previousUntil: null },
  });
}
