import type { Database } from "#db/database.ts";
import { type AlertDeliveryId, toUuid } from "#db/ids.ts";
import { requireAlertReach } from "../alert-reach.server.ts";
import type { ChannelReach } from "./change-channel.server.ts";
import type { DeliveryPageQuery } from "./channel-query-schema.ts";
import type { DeliveryView } from "./channel-schema.ts";
import { findDeliveries } from "./find-deliveries.server.ts";

export interface DeliveryPage {
  deliveries: DeliveryView[];
  nextCursor: AlertDeliveryId | null;
}

/** What was told where, the newest first, each with its attempts. @throws AppError forbidden. */
export async function listDeliveries(
  db: Database,
  { actor, tenantId: asked, ...query }: ChannelReach & DeliveryPageQuery,
): Promise<DeliveryPage> {
  const tenantId = requireAlertReach(actor, asked, "alerts:read");
  const { limit } = query;
  const found = await db.asTenantSql(
    tenantId,
    (sql) => findDeliveries(sql, toUuid(tenantId), { ...query, limit: limit + 1 }),
    { readOnly: true },
  );
  const deliveries = found.slice(0, limit);
  return { deliveries, nextCursor: found.length > limit ? (deliveries.at(-1)?.id ?? null) : null };
}
