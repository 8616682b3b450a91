import type { z } from "zod";
import { type AuditAction, auditRegistry } from "../../audit/registry.ts";
import type { AlertingEvent, Signal } from "../signal.ts";

type Details<A extends AuditAction> = z.output<(typeof auditRegistry)[A]["details"]>;

/** The registry, by which details are known from their action. */
const schemas: { [A in AuditAction]: { details: z.ZodType<Details<A>> } } = auditRegistry;

/**
 * The details of an event of that action, by its schema; undefined for an event of another action.
 * @throws ZodError when they do not fit
 */
export function detailsOf<A extends AuditAction>(event: AlertingEvent, action: A): Details<A> | undefined {
  if (event.action !== action) return undefined;
  return schemas[action].details.parse(event.details);
}

/** What a signal has of an event that counts once, in its own tenant. */
export const occurrenceOf = ({
  id,
  tenantId,
  occurredAt,
}: AlertingEvent): Pick<Signal, "tenantId" | "occurrence" | "weight" | "occurredAt" | "eventId"> => ({
  ...{ tenantId, occurrence: id, weight: 1, occurredAt, eventId: id },
});
