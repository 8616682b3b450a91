import type { AnyAuditEvent } from "#app/domain/audit/audit-event.ts";
import type { SystemActor } from "#app/domain/auth/actor.ts";
import { systemActor } from "#app/domain/auth/system-actor.ts";
import { toTypeId } from "#db/ids.ts";

export interface GivenUp {
  tenantUuid: string;
  channelUuid: string;
  deliveryUuid: string;
  alertUuid: string | null;
  attempts: number;
  error: string;
}

/** A delivery is not tried any more. */
export const givenUpEvent = (given: GivenUp): AnyAuditEvent => ({
  tenantId: toTypeId("ten", given.tenantUuid),
  actor: noticesActor(given.tenantUuid),
  action: "alert_delivery.failed",
  status: "failure",
  resource: { id: toTypeId("ntf", given.deliveryUuid) },
  request: null,
  details: {
    channelId: toTypeId("chn", given.channelUuid),
    alertId: given.alertUuid === null ? null : toTypeId("alr", given.alertUuid),
    attempts: given.attempts,
    error: given.error,
  },
});

/** Who does what nobody has asked for. */
export const noticesActor = (tenantUuid: string): SystemActor =>
  systemActor(toTypeId("ten", tenantUuid), "notices");
