import { type AlertId, type TenantId, toUuid } from "#db/ids.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { notFound } from "../errors.ts";
import { requireAlertReach } from "./alert-reach.server.ts";
import type { AlertServices } from "./answer-alert.server.ts";
import { insertEntries, lockAlerts } from "./answering.server.ts";

export interface AddAlertNoteOptions {
  alertId: AlertId;
  text: string;
  /** Whose it is; the actor's own tenant's when nobody is named. */
  tenantId?: TenantId | undefined;
  request: RequestInfo;
}

/**
 * Writes something down about an alert, also about one that is resolved.
 * @throws AppError not_found; forbidden
 */
export async function addAlertNote(
  { db, bus }: AlertServices,
  actor: Actor,
  { alertId, text, tenantId: asked, request }: AddAlertNoteOptions,
): Promise<void> {
  const tenantId = requireAlertReach(actor, asked, "alerts:write");
  await db.asTenantSql(tenantId, async (sql) => {
    const [alert] = (await lockAlerts(sql, tenantId, [alertId])).alerts;
    if (alert === undefined) throw notFound("alert");
    await insertEntries(sql, { tenantId, actor, request }, [alert], { kind: "note", text, details: {} });
    await insertAuditEvents(sql, [
      {
        ...{ tenantId, actor, request, action: "alert.note.added" },
        ...{ resource: { id: alertId, name: alert.subjectName }, details: { kind: alert.kind, note: text } },
      },
    ]);
  });
  bus.publishAlerts([toUuid(tenantId)]);
}
