import { type SilenceId, type TenantId, toUuid } from "#db/ids.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { notFound } from "../errors.ts";
import { requireAlertReach } from "./alert-reach.server.ts";
import type { AlertServices } from "./answer-alert.server.ts";
import { definitionOf, isRuleKind } from "./rule-kinds.ts";

/**
 * Ends a silence now. One that is over stays as it is.
 * @throws AppError not_found
 */
export async function endSilence(
  { db, bus }: AlertServices,
  actor: Actor,
  {
    silenceId,
    tenantId: asked,
    request,
  }: { silenceId: SilenceId; tenantId?: TenantId | undefined; request: RequestInfo },
): Promise<void> {
  const tenantId = requireAlertReach(actor, asked, "alerts:write");
  const hasEnded = await db.asTenantSql(tenantId, async (sql) => {
    const [silence] = await sql<{ kind: string | null; is_active: boolean }[]>`
      select kind, ends_at > now() as is_active from alert_silences
      where tenant_id = ${toUuid(tenantId)} and id = ${toUuid(silenceId)}
      for no key update`;
    if (silence === undefined) throw notFound("silence");
    if (!silence.is_active) return false;
    const { kind } = silence;
    await sql`
      update alert_silences set ends_at = now() where tenant_id = ${toUuid(tenantId)} and id = ${toUuid(silenceId)}`;
    await insertAuditEvents(sql, [
      {
        ...{ tenantId, actor, request, action: "alert_silence.ended", details: {} },
        resource: {
          id: silenceId,
          name: kind !== null && isRuleKind(kind) ? definitionOf(kind).label : null,
        },
      },
    ]);
    return true;
  });
  if (hasEnded) bus.publishAlerts([toUuid(tenantId)]);
}
