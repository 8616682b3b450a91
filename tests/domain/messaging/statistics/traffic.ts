import { recordTraffic, type TrafficChange } from "#app/domain/messaging/record-traffic.server.ts";
import type { DeliveryStatus, MessageType } from "#app/domain/messaging/schema.ts";
import { rollUpTraffic } from "#app/domain/messaging/statistics/roll-up-traffic.server.ts";
import { firstUuidOf, type MailboxId, mailboxKindOf, type TenantId, toUuid } from "#db/ids.ts";
import type { TestDatabase } from "#tests/setup/database.ts";

export interface Said {
  at: string;
  from: MailboxId;
  to: MailboxId;
  status?: DeliveryStatus;
  type?: MessageType;
  count?: number;
  latencyMs?: number;
}

/** Traffic of any time, as the transactions that sent it would have noted it, folded in. */
export async function addTraffic(
  { db }: TestDatabase,
  tenantId: TenantId,
  said: readonly Said[],
): Promise<void> {
  const changes = said.flatMap(({ count = 1, ...one }) =>
    Array.from({ length: count }, () => toChange(tenantId, one)),
  );
  await db.withSql((sql) => recordTraffic(sql, changes));
  await rollUpTraffic(db);
}

const toChange = (
  tenantId: TenantId,
  { at, from, to, status = "delivered", type = "status_update", latencyMs }: Omit<Said, "count">,
): TrafficChange => ({
  tenantUuid: toUuid(tenantId),
  messageUuid: firstUuidOf(Date.parse(at)),
  senderKind: mailboxKindOf(from),
  senderUuid: toUuid(from),
  recipientKind: mailboxKindOf(to),
  recipientUuid: toUuid(to),
  type,
  from: null,
  to: status,
  latencyMs,
});
