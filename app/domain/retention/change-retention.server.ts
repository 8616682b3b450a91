import type { Database } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { notFound } from "../errors.ts";
import { requireScope } from "../messaging/mailbox-access.ts";
import type { RetentionDays } from "./schema.ts";

/** Sets how long the tenant's messages are kept; the daily job follows it. The same again is no change. */
export async function changeRetention(
  db: Database,
  actor: Actor,
  days: RetentionDays,
  request: RequestInfo,
): Promise<void> {
  requireScope(actor, "tenant:write");
  const tenantUuid = toUuid(actor.tenantId);
  await db.asTenantSql(actor.tenantId, async (sql) => {
    const [before] = await sql<{ name: string; retention_days: number | null }[]>`
      select name, retention_days from tenants where id = ${tenantUuid} for no key update`;
    if (before === undefined) throw notFound("tenant");
    if (before.retention_days === days) return;
    await sql`update tenants set retention_days = ${days} where id = ${tenantUuid}`;
    await insertAuditEvents(sql, [
      {
        tenantId: actor.tenantId,
        actor,
        action: "retention.changed",
        resource: { id: actor.tenantId, name: before.name },
        request,
        details: { days: { from: before.retention_days, to: days } },
      },
    ]);
  });
}
