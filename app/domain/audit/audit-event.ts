import type { AuditEventId, TenantId } from "#db/ids.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import type { AuditAction, AuditDetails } from "./registry.ts";

export type AuditStatus = "success" | "failure" | "denied";

/** Who did it, as the record shows it. An `Actor` is one; nobody (an unknown user signing in) is too. */
export interface AuditActor {
  kind: Actor["kind"];
  id: string | null;
  name: string | null;
}

/** One thing that happened, before it is stored. Time and transaction id are the database's. */
export interface AuditEvent<A extends AuditAction = AuditAction> {
  /** Made before, where it is told to somebody; else it gets a new one. */
  id?: AuditEventId;
  tenantId: TenantId;
  actor: AuditActor;
  action: A;
  /** Its type follows from the action (`registry.ts`). */
  resource: { id: string | null; name?: string | null };
  /** Default `success`. */
  status?: AuditStatus;
  /** What the request adds; null for what no request caused. */
  request: RequestInfo | null;
  correlationId?: string | null;
  details: AuditDetails<A>;
}

/** Any event of the registry: a union over actions, so that details must fit their action. */
export type AnyAuditEvent = { [A in AuditAction]: AuditEvent<A> }[AuditAction];
