import { AppError } from "#app/domain/errors.ts";
import { type AgentId, type AuditEventId, newId, type TenantId, toUuid } from "#db/ids.ts";
import type { AuditActor } from "../audit/audit-event.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import type { CheckTool } from "./tool-schema.ts";

/** A check that may be asked for, before its agent is looked up. */
export interface PreparedCheck {
  tenantId: TenantId;
  tenantUuid: string;
  agentId: AgentId;
  agentUuid: string;
  /** Of the audit event that records it. */
  eventId: AuditEventId;
  actor: AuditActor;
  request: RequestInfo;
  toolName: string;
  input: unknown;
  /** As JSON; absent where there is no input. */
  inputBytes: number | undefined;
}

/**
 * An agent asks for itself; for any agent it takes `activity:write`, as for reporting what agents do.
 * @throws AppError forbidden; sender_mismatch: an agent's key that names another
 */
export function prepareCheck(
  actor: Actor,
  { agentId, toolName, input }: CheckTool,
  request: RequestInfo,
): PreparedCheck {
  if (actor.kind === "agent") {
    if (actor.id !== agentId)
      throw new AppError("sender_mismatch", "An agent's key asks for its own agent only.", {
        errors: [{ path: "agentId", message: "is another agent than the key's" }],
      });
  } else if (!actor.scopes.has("activity:write")) {
    throw new AppError("forbidden", "This needs the right activity:write, or an agent's own key.");
  }
  return {
    ...{ tenantId: actor.tenantId, tenantUuid: toUuid(actor.tenantId) },
    ...{ agentId, agentUuid: toUuid(agentId), eventId: newId("evt") },
    ...{ actor: { kind: actor.kind, id: actor.id, name: actor.name }, request, toolName, input },
    inputBytes: input === undefined ? undefined : Buffer.byteLength(JSON.stringify(input)),
  };
}
