import { type AlertId, type TenantId, toUuid } from "#db/ids.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { requireAlertReach } from "./alert-reach.server.ts";
import type { AlertAnswered } from "./alert-schema.ts";
import type { AlertServices } from "./answer-alert.server.ts";
import { giveAnswer, lockAlerts, verdictOn } from "./answering.server.ts";

export interface AnswerAlertsOptions {
  alertIds: readonly AlertId[];
  answer: "acknowledge" | "resolve";
  note?: string | undefined;
  /** Whose they are; the actor's own tenant's when nobody is named. */
  tenantId?: TenantId | undefined;
  request: RequestInfo;
}

/**
 * Gives one answer to many alerts, in one transaction; says of each what came of it. What cannot take the
 * answer, or is not there, does not keep the others from it.
 * @throws AppError forbidden
 */
export async function answerAlerts(
  { db, bus }: AlertServices,
  actor: Actor,
  { alertIds, answer: kind, note, tenantId: asked, request }: AnswerAlertsOptions,
): Promise<AlertAnswered[]> {
  const tenantId = requireAlertReach(actor, asked, "alerts:write");
  const answer = { kind, note };
  const verdicts = await db.asTenantSql(tenantId, async (sql) => {
    const { alerts, nowMs } = await lockAlerts(sql, tenantId, alertIds);
    const judged = alerts.map((alert) => ({ alert, verdict: verdictOn(alert, answer, nowMs) }));
    const changed = judged.filter(({ verdict }) => verdict === "changed").map(({ alert }) => alert);
    await giveAnswer(sql, { tenantId, actor, request }, { alerts: changed, nowMs }, answer);
    return new Map(judged.map(({ alert, verdict }) => [alert.id, verdict]));
  });
  if ([...verdicts.values()].includes("changed")) bus.publishAlerts([toUuid(tenantId)]);
  return [...new Set(alertIds)].map((alertId) => ({
    alertId,
    outcome: verdicts.get(alertId) ?? "not_found",
  }));
}
