import { notFound } from "#app/domain/errors.ts";
import type { Database } from "#db/database.ts";
import { type AlertChannelId, toUuid } from "#db/ids.ts";
import { requireAlertReach } from "../alert-reach.server.ts";
import type { ChannelReach } from "./change-channel.server.ts";
import type { ChannelView } from "./channel-schema.ts";
import { findChannel, findChannels } from "./channel-view.server.ts";

/** A tenant's channels, by name. @throws AppError forbidden. */
export async function listChannels(
  db: Database,
  { actor, tenantId: asked }: ChannelReach,
): Promise<{ channels: ChannelView[] }> {
  const tenantId = requireAlertReach(actor, asked, "alerts:read");
  const channels = await db.asTenantSql(tenantId, (sql) => findChannels(sql, toUuid(tenantId)), {
    readOnly: true,
  });
  return { channels };
}

/** @throws AppError not_found, forbidden. */
export async function readChannel(
  db: Database,
  { actor, tenantId: asked, channelId }: ChannelReach & { channelId: AlertChannelId },
): Promise<ChannelView> {
  const tenantId = requireAlertReach(actor, asked, "alerts:read");
  const found = await db.asTenantSql(tenantId, (sql) => findChannel(sql, toUuid(tenantId), channelId), {
    readOnly: true,
  });
  if (found === undefined) throw notFound("alert channel");
  return found;
}
