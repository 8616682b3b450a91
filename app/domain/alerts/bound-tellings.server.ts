import type { Sql } from "#db/database.ts";
import { firstUuidOf } from "#db/ids.ts";
import type { Severity } from "./rule-kinds.ts";

/** Something that a channel is to be told. */
export interface BoundTelling {
  row: { tenant_id: string; severity: Severity };
  channel: { tenant_id: string; id: string };
  /** How many of the same moment it is not told, where this is the last that it is. */
  more?: number;
}

/** A channel hears of so many alerts within so long: what an attacker makes by the thousand is read on the page. */
export const maxTellings = 60;
const withinMs = 10 * 60_000;

/**
 * Leaves out what would be more than a channel's readers can take: thousands of alerts of as many accounts or
 * addresses must not become thousands of mails. Critical ones have a count of their own, so that no flood of
 * others keeps them back. What is left out is open all the same, and on the bell.
 */
export async function boundTellings<T extends BoundTelling>(
  sql: Sql,
  tellings: readonly T[],
): Promise<(T & BoundTelling)[]> {
  if (tellings.length === 0) return [];
  const groups = new Map<string, T[]>();
  for (const telling of tellings) {
    const group = groupOf(telling.channel.id, telling.row.severity === "critical");
    const known = groups.get(group);
    if (known === undefined) groups.set(group, [telling]);
    else known.push(telling);
  }
  const counts = await sql<{ channel_id: string; is_critical: boolean; count: number }[]>`
    select delivery.channel_id, delivery.content->>'severity' = 'critical' as is_critical, count(*)::int as count
    from alert_deliveries delivery
    where delivery.tenant_id = any(${unique(tellings.map(({ channel }) => channel.tenant_id))}::uuid[])
      and delivery.channel_id = any(${unique(tellings.map(({ channel }) => channel.id))}::uuid[])
      and delivery.id >= ${firstUuidOf(Date.now() - withinMs)}::uuid
      and delivery.reason not in ('acknowledged', 'resolved', 'test')
    group by 1, 2`;
  const toldBefore = new Map(
    counts.map(({ channel_id: id, is_critical: isCritical, count }) => [groupOf(id, isCritical), count]),
  );
  return [...groups].flatMap(([group, wanted]) => {
    const room = Math.max(0, maxTellings - (toldBefore.get(group) ?? 0));
    if (wanted.length <= room) return wanted;
    return wanted
      .slice(0, room)
      .map((telling, at) => (at === room - 1 ? { ...telling, more: wanted.length - room } : telling));
  });
}

const groupOf = (channelUuid: string, isCritical: boolean): string =>
  isCritical ? `${channelUuid} critical` : channelUuid;

const unique = (uuids: readonly string[]): string[] => [...new Set(uuids)];
