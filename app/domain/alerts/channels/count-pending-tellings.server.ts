import type { Database } from "#db/database.ts";
import { channelKinds } from "./channel-schema.ts";

/** What the channels of all tenants are still to be told, by their kind. */
export async function unsafeCountPendingTellings(db: Database): Promise<Record<string, number>> {
  const rows = await db.withSql(
    (sql) => sql<{ kind: string; count: number }[]>`
      select channel.kind, count(*)::int as count
      from alert_deliveries delivery
      join alert_channels channel on channel.tenant_id = delivery.tenant_id and channel.id = delivery.channel_id
      where delivery.status = 'pending'
      group by channel.kind
    `,
    { readOnly: true },
  );
  const counts: Record<string, number> = Object.fromEntries(channelKinds.map((kind) => [kind, 0]));
  for (const { kind, count } of rows) counts[kind] = count;
  return counts;
}
