import { z } from "zod";
import { addAlertNote } from "#app/domain/alerts/add-alert-note.server.ts";
import { alertTenantSchema } from "#app/domain/alerts/alert-query-schema.ts";
import {
  type AlertAction,
  alertActionSchema,
  alertIdSchema,
  alertNoteSchema,
  answerAlertSchema,
  answerAlertsSchema,
} from "#app/domain/alerts/alert-schema.ts";
import { type AlertServices, answerAlert } from "#app/domain/alerts/answer-alert.server.ts";
import { answerAlerts } from "#app/domain/alerts/answer-alerts.server.ts";
import { deliveryIdSchema } from "#app/domain/alerts/channels/channel-schema.ts";
import { retryDelivery } from "#app/domain/alerts/channels/retry-delivery.server.ts";
import { createSilence } from "#app/domain/alerts/create-silence.server.ts";
import { readAlert } from "#app/domain/alerts/read-alert.server.ts";
import { createSilenceSchema } from "#app/domain/alerts/rule-schema.ts";
import { type ActionServices, takeAlertAction } from "#app/domain/alerts/take-alert-action.server.ts";
import type { RequestInfo, UserActor } from "#app/domain/auth/actor.ts";
import { AppError } from "#app/domain/errors.ts";
import type { AlertId, TenantId } from "#db/ids.ts";
import { orEmpty } from "./or-empty.server.ts";

const note = orEmpty(answerAlertSchema.shape.note.unwrap());
const intent = <I extends string, S extends z.core.$ZodLooseShape>(name: I, fields: S) =>
  z.strictObject({ intent: z.literal(name), ...fields });

/** What can be answered to one alert. */
export const alertAnswerForm = z.discriminatedUnion("intent", [
  intent("acknowledge", { note }),
  intent("unacknowledge", {}),
  intent("snooze", { minutes: z.coerce.number().pipe(z.int().min(1).max(43_200)) }),
  intent("unsnooze", {}),
  intent("resolve", { note }),
  intent("note", { text: alertNoteSchema.shape.text }),
  intent("silence", {
    hours: z.coerce.number().pipe(z.int().min(1).max(8_760)),
    reason: createSilenceSchema.shape.reason,
  }),
  intent("action", {
    ...alertActionSchema.pick({ action: true, targetId: true, recipientId: true }).shape,
    reason: orEmpty(alertActionSchema.shape.reason.unwrap()),
  }),
  intent("retry-delivery", { deliveryId: deliveryIdSchema }),
]);

interface GiveOptions<F> {
  form: F;
  alertId: AlertId;
  /** Whose it is, where it is not the actor's own tenant's. */
  tenantId?: TenantId | undefined;
  request: RequestInfo;
}

/** Gives an answer to one alert, and says what was done. */
export async function giveAlertAnswer(
  services: ActionServices,
  actor: UserActor,
  { form, ...of }: GiveOptions<z.output<typeof alertAnswerForm>>,
): Promise<{ done: string }> {
  switch (form.intent) {
    case "acknowledge":
      await answerAlert(services, actor, { ...of, answer: { kind: "acknowledge", note: form.note } });
      return { done: "Acknowledged" };
    case "unacknowledge":
      await answerAlert(services, actor, { ...of, answer: { kind: "unacknowledge" } });
      return { done: "Open again" };
    case "snooze":
      await answerAlert(services, actor, { ...of, answer: { kind: "snooze", minutes: form.minutes } });
      return { done: "Snoozed" };
    case "unsnooze":
      await answerAlert(services, actor, { ...of, answer: { kind: "unsnooze" } });
      return { done: "The snooze has ended" };
    case "resolve":
      await answerAlert(services, actor, { ...of, answer: { kind: "resolve", note: form.note } });
      return { done: "Resolved" };
    case "note":
      await addAlertNote(services, actor, { ...of, text: form.text });
      return { done: "Note added" };
    case "silence":
      return silenceLike(services, actor, { form, ...of });
    case "action":
      return takeAction(services, actor, { form, ...of });
    case "retry-delivery": {
      const { channelName } = await retryDelivery(services.db, { actor, deliveryId: form.deliveryId, ...of });
      return { done: `${channelName} is told once more` };
    }
  }
}

const actionsDone: Record<AlertAction, string> = {
  pause_agent: "The agent is paused",
  revoke_edge: "The edge is removed",
  revoke_key: "The key is revoked",
  sign_out_user: "Signed out everywhere",
};

/** Does something about whom the alert is about, who is of the actor's own tenant. */
async function takeAction(
  services: ActionServices,
  actor: UserActor,
  {
    form: { action, targetId, recipientId, reason },
    tenantId,
    ...of
  }: GiveOptions<Omit<z.output<typeof alertActionSchema>, "reason"> & { reason?: string | undefined }>,
): Promise<{ done: string }> {
  if (tenantId !== undefined && tenantId !== actor.tenantId)
    throw new AppError("forbidden", "What an organisation’s agents and people may do is for its own admins.");
  await takeAlertAction(services, actor, { ...of, action, targetId, recipientId, reason });
  return { done: actionsDone[action] };
}

/** Silences the alert's kind for its subject. */
async function silenceLike(
  services: AlertServices,
  actor: UserActor,
  { form: { hours, reason }, alertId, tenantId, request }: GiveOptions<{ hours: number; reason: string }>,
): Promise<{ done: string }> {
  const { kind, subject } = await readAlert(services.db, actor, { alertId, tenantId });
  const endsAt = new Date(Date.now() + hours * 3_600_000).toISOString();
  await createSilence(services, actor, {
    ...{ tenantId, request },
    input: { kind, subjectId: subject.id, maxSeverity: "critical", reason, endsAt },
  });
  return { done: "Silenced" };
}

/** One box that was ticked is a text, several are a list. */
const listOf = <T extends z.ZodType>(one: T) =>
  z.preprocess(
    (value) => (value === undefined ? [] : [value].flat()),
    z.array(one).min(1, "Select at least one alert").max(100),
  );

const answersForm = <T extends z.ZodType>(alertIds: T) =>
  z.strictObject({ intent: answerAlertsSchema.shape.answer, alertIds, note });

/** An answer to several of the tenant's own alerts. */
export const ownAnswersForm = answersForm(listOf(alertIdSchema));

/** `ten_….alr_…`: an alert among those of all tenants. */
const alertOfTenant = z.string().transform((text, context) => {
  const [tenant, alert] = text.split(".", 2);
  const tenantId = alertTenantSchema.safeParse(tenant);
  const alertId = alertIdSchema.safeParse(alert);
  if (tenantId.success && alertId.success) return { tenantId: tenantId.data, alertId: alertId.data };
  context.addIssue({ code: "custom", message: "must name an alert and its tenant (ten_….alr_…)" });
  return z.NEVER;
});

/** An answer to alerts of several tenants. */
export const answersOfAllForm = answersForm(listOf(alertOfTenant));

/** Gives one answer to several alerts, tenant by tenant, and says of how many it was taken. */
export async function giveAlertAnswers(
  services: AlertServices,
  actor: UserActor,
  {
    answer,
    alerts,
    note,
    request,
  }: {
    answer: z.output<typeof answerAlertsSchema>["answer"];
    /** Without a tenant the actor's own. */
    alerts: readonly { alertId: AlertId; tenantId?: TenantId }[];
    note: string | undefined;
    request: RequestInfo;
  },
): Promise<{ done: string }> {
  let changed = 0;
  for (const tenantId of new Set(alerts.map((alert) => alert.tenantId))) {
    const alertIds = alerts.filter((alert) => alert.tenantId === tenantId).map(({ alertId }) => alertId);
    const answered = await answerAlerts(services, actor, { alertIds, answer, note, tenantId, request });
    changed += answered.filter(({ outcome }) => outcome === "changed").length;
  }
  const did = answer === "acknowledge" ? "acknowledged" : "resolved";
  if (changed === 0) return { done: `Nothing was ${did}: they were answered already` };
  return { done: changed === 1 ? `1 alert ${did}` : `${changed.toLocaleString("en-GB")} alerts ${did}` };
}
