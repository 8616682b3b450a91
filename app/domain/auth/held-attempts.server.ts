import type { TenantId } from "#db/ids.ts";
import type { AuditActor } from "../audit/audit-event.ts";
import type { DenialSink } from "../audit/record-denial.server.ts";
import type { AuditDetails } from "../audit/registry.ts";
import { createRepeatedEvents, type RepeatedEvents } from "../audit/repeated-events.server.ts";
import type { RequestInfo } from "./actor.ts";

/** An attempt that had to wait, so that no password was looked at. */
export interface HeldAttempt {
  tenantId: TenantId;
  /** Whose password it was to be; nobody's account otherwise. */
  actor: AuditActor;
  request: RequestInfo;
  /** Masked, for nobody's account. */
  email?: string | undefined;
  /** What a person who is signed in wanted; absent for signing in. */
  purpose?: PasswordPurpose | undefined;
}

/** What somebody who is signed in has to give their password for. */
export type PasswordPurpose = AuditDetails<"auth.password.refused">["purpose"];

export type HeldAttempts = RepeatedEvents<HeldAttempt>;

/** What checking a password takes; a Runtime is one. */
export interface PasswordService extends DenialSink {
  heldAttempts: HeldAttempts;
}

/**
 * Attempts that have to wait cost nothing, so somebody may make thousands: told by account, and where there
 * is none by the address that they come from.
 */
export const createHeldAttempts = ({ db, log, metrics }: DenialSink): HeldAttempts =>
  createRepeatedEvents<HeldAttempt>({
    ...{ db, log, onFailure: () => metrics?.auditFailures.inc() },
    failure: "Attempts that had to wait could not be recorded yet",
    kindOf: ({ tenantId, actor, request, purpose = "sign_in" }) =>
      `${purpose} ${tenantId} ${actor.id ?? request.ipHash?.toString("hex")}`,
    keep: ({ tenantId, actor, request: { requestId, ipHash }, email, purpose }) => ({
      ...{ tenantId, email, purpose },
      actor: { kind: actor.kind, id: actor.id, name: actor.name },
      request: { requestId, ipHash },
    }),
    toEvent({ tenantId, actor, request, email, purpose }, attempts) {
      const base = { tenantId, actor, request, status: "failure" as const };
      const resource = { id: actor.id, name: actor.name };
      if (purpose !== undefined)
        return {
          ...{ ...base, resource, action: "auth.password.refused" },
          details: { reason: "throttled", purpose, attempts },
        };
      return {
        ...{ ...base, resource, action: "auth.login.failed" },
        details: { method: "password", reason: "throttled", ...(email !== undefined && { email }), attempts },
      };
    },
  });
