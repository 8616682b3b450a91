import type { Database } from "#db/database.ts";
import { type AlertId, type TenantId, toUuid } from "#db/ids.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { AppError, invalidInput, notFound } from "../errors.ts";
import { requireAlertReach } from "./alert-reach.server.ts";
import type { AlertView } from "./alert-schema.ts";
import {
  type AlertAnswer,
  giveAnswer,
  isSnoozable,
  lockAlerts,
  snoozeEnd,
  verdictOn,
} from "./answering.server.ts";
import { selectAlert } from "./read-alert.server.ts";

/** The store, and who tells those that watch. */
export interface AlertServices {
  db: Database;
  bus: { publishAlerts(tenantUuids: Iterable<string>): void };
}

export interface AnswerAlertOptions {
  alertId: AlertId;
  answer: AlertAnswer;
  /** Whose it is; the actor's own tenant's when nobody is named. */
  tenantId?: TenantId | undefined;
  request: RequestInfo;
}

/**
 * Acknowledges, snoozes or resolves an alert, or takes that back. The same answer again changes and records
 * nothing.
 * @throws AppError not_found; forbidden; conflict for what is resolved; invalid_input for a snooze that would
 *   be over, or longer than 30 days
 */
export async function answerAlert(
  { db, bus }: AlertServices,
  actor: Actor,
  { alertId, answer, tenantId: asked, request }: AnswerAlertOptions,
): Promise<AlertView> {
  const tenantId = requireAlertReach(actor, asked, "alerts:write");
  const answered = await db.asTenantSql(tenantId, async (sql) => {
    const locked = await lockAlerts(sql, tenantId, [alertId]);
    const [alert] = locked.alerts;
    if (alert === undefined) throw notFound("alert");
    if (answer.kind === "snooze" && !isSnoozable(Date.parse(snoozeEnd(answer, locked.nowMs)), locked.nowMs))
      throw invalidInput("until", "must be within the next 30 days");
    const verdict = verdictOn(alert, answer, locked.nowMs);
    if (verdict === "refused") throw new AppError("conflict", "The alert is resolved.");
    if (verdict === "changed") await giveAnswer(sql, { tenantId, actor, request }, locked, answer);
    return { isChanged: verdict === "changed", view: await selectAlert(sql, tenantId, alertId) };
  });
  if (answered.isChanged) bus.publishAlerts([toUuid(tenantId)]);
  return answered.view;
}
