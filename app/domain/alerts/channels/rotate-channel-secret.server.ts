import { AppError } from "#app/domain/errors.ts";
import type { Database } from "#db/database.ts";
import { generateSigningSecret } from "../../outbound/signing-secret.ts";
import {
  aboutChannel,
  type ChannelChange,
  changedChannel,
  lockChannel,
  recordChannelEvent,
  tenantOfChange,
} from "./change-channel.server.ts";
import type { ChannelWithSecret } from "./channel-schema.ts";
import { channelSecretOwner, hintOf } from "./channel-secret.ts";
import type { NoticeServices } from "./notice-services.server.ts";

export interface RotateChannelSecret extends ChannelChange {
  /** How long the secret before signs too; 0 ends it at once. */
  keepPreviousHours: number;
}

/**
 * Gives a webhook a new signing secret, shown this once. As the system login, since the tenant's may write
 * secrets and never read one, not even to move it; every statement names the tenant.
 * @throws AppError not_found, conflict for a channel that signs nothing.
 */
export async function rotateChannelSecret(
  db: Database,
  { secrets }: NoticeServices,
  rotate: RotateChannelSecret,
): Promise<ChannelWithSecret> {
  const { channelId, keepPreviousHours } = rotate;
  const tenantId = tenantOfChange(rotate);
  const secret = generateSigningSecret();
  const sealed = secrets.seal(channelSecretOwner({ tenantId, channelId }), secret);
  return db.withSql(async (sql) => {
    const channel = await lockChannel(sql, rotate);
    if (channel.kind !== "webhook")
      throw new AppError("conflict", "Only webhooks are signed. Change what the channel was given instead.");
    const [row] = await sql<{ until: Date | null }[]>`
      update alert_channels set secret = ${sealed}, hint = ${hintOf(secret)},
        previous_secret = case when ${keepPreviousHours}::int > 0 then secret end,
        previous_secret_until = case when ${keepPreviousHours}::int > 0
          then now() + make_interval(hours => ${keepPreviousHours}::int) end,
        updated_at = now()
      where tenant_id = ${channel.tenantUuid} and id = ${channel.channelUuid}
      returning previous_secret_until as until
    `;
    await recordChannelEvent(sql, {
      ...aboutChannel(rotate, channel),
      action: "alert_channel.secret.rotated",
      details: { kind: channel.kind, previousUntil: row?.until?.toISOString() ?? null },
    });
    return { ...(await changedChannel(sql, channel, channelId)), secret };
  });
}
