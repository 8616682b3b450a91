import type { AuditFilters } from "#app/domain/audit/audit-log-schema.ts";
import type { AuditHistory } from "./audit-population.ts";

/** Every filter of the audit trail, alone and in the usual pairs. */
export function auditFilters({ beginMs, endMs, events }: AuditHistory): Record<string, AuditFilters> {
  const at = (share: number) => new Date(beginMs + (endMs - beginMs) * share).toISOString();
  const middle = Math.floor(events / 2 / 4);
  return {
    "no filter": {},
    "action message.sent (most)": { action: "message.sent" },
    "action agent.paused (few)": { action: "agent.paused" },
    "prefix message. (nearly all)": { action: "message." },
    "prefix auth. (few)": { action: "auth." },
    "prefix api_key. (hardly any)": { action: "api_key." },
    "a busy actor": { actor: "agent_0" },
    "a quiet actor": { actor: "user_39" },
    "actors of kind agent (most)": { actorKind: "agent" },
    "actors of kind user": { actorKind: "user" },
    "actors of kind system": { actorKind: "system" },
    "resource type message (most)": { resourceType: "message" },
    "resource type agent (few)": { resourceType: "agent" },
    "one resource, often": { resourceId: "agent_5" },
    "one message": { resourceId: `message_${middle * 2}` },
    "status success (nearly all)": { status: "success" },
    "status failure": { status: "failure" },
    "status denied": { status: "denied" },
    "one request": { requestId: `req-${middle}` },
    "one correlation": { correlationId: `conversation-${middle}` },
    "a day in the middle": { from: at(0.5), to: new Date(Date.parse(at(0.5)) + 86_400_000).toISOString() },
    "until the middle": { to: at(0.5) },
    "text in many": { text: "status_update" },
    "text in none": { text: "heliotrope" },
    "action and actor": { action: "message.sent", actor: "agent_1" },
    "action and status": { action: "auth.", status: "failure" },
    "actor and status": { actor: "agent_0", status: "denied" },
    "actor and resource type": { actor: "user_3", resourceType: "agent" },
    "action and time": { action: "auth.login.failed", from: at(0.4), to: at(0.6) },
    "prefix and time": { action: "auth.", from: at(0.4), to: at(0.6) },
    "actor and time": { actor: "agent_3", from: at(0.2), to: at(0.3) },
    "status and time": { status: "denied", from: at(0.2), to: at(0.3) },
    "actor of kind user and failure": { actorKind: "user", status: "failure" },
    "action and text in none": { action: "message.sent", text: "heliotrope" },
  };
}
