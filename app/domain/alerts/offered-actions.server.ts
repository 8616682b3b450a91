import type { Sql } from "#db/database.ts";
import { type AgentId, type ApiKeyId, parseId, toUuid, type UserId } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import type { Scope } from "../auth/scopes.ts";
import type { AlertAction, AlertView, OfferedAction } from "./alert-schema.ts";

/** What each takes beside `alerts:write`. */
export const scopeOfAction: Record<AlertAction, Scope> = {
  pause_agent: "agents:write",
  revoke_edge: "agents:write",
  revoke_key: "keys:write",
  sign_out_user: "members:write",
};

/** Whom an alert is about, as far as something can be done about them. */
interface Targets {
  agentId: AgentId | undefined;
  recipientId: AgentId | undefined;
  keyId: ApiKeyId | undefined;
  userId: UserId | undefined;
}

/**
 * What can be done about an alert: only to whom it is about, and where they are still there. Of another
 * tenant's alerts nothing: what its agents and people may do is for its own admins.
 */
export async function offeredActions(sql: Sql, actor: Actor, alert: AlertView): Promise<OfferedAction[]> {
  const { agentId, recipientId, keyId, userId } = targetsOf(alert);
  if ((agentId ?? keyId ?? userId) === undefined) return [];
  const [state] = await sql<TargetState[]>`
    select
      (select name from agents where tenant_id = ${toUuid(alert.tenantId)} and id = ${uuidOrNull(agentId)}) as agent_name,
      (select status = 'paused' from agents
        where tenant_id = ${toUuid(alert.tenantId)} and id = ${uuidOrNull(agentId)}) as is_paused,
      (select name from agents
        where tenant_id = ${toUuid(alert.tenantId)} and id = ${uuidOrNull(recipientId)}) as recipient_name,
      exists (select from allowlist_edges where tenant_id = ${toUuid(alert.tenantId)}
        and sender_id = ${uuidOrNull(agentId)} and recipient_id = ${uuidOrNull(recipientId)}) as has_edge,
      (select name from api_keys where tenant_id = ${toUuid(alert.tenantId)} and id = ${uuidOrNull(keyId)}) as key_name,
      (select revoked_at is not null from api_keys
        where tenant_id = ${toUuid(alert.tenantId)} and id = ${uuidOrNull(keyId)}) as is_revoked,
      (select person.name from memberships member join users person on person.id = member.user_id
        where member.tenant_id = ${toUuid(alert.tenantId)} and member.user_id = ${uuidOrNull(userId)}) as user_name,
      exists (select from sessions where tenant_id = ${toUuid(alert.tenantId)} and user_id = ${uuidOrNull(userId)}
        and revoked_at is null and expires_at > now()
        and id is distinct from ${ownSessionUuid(actor)}::uuid) as has_sessions`;
  if (state === undefined) return [];
  const offer = (
    action: AlertAction,
    targetId: string | undefined,
    name: string | null,
    isDone: boolean | null,
  ): OfferedAction[] =>
    targetId === undefined || name === null
      ? []
      : [{ action, targetId, targetName: name, state: stateOf(actor, alert, action, isDone === true) }];
  return [
    ...offer("pause_agent", agentId, state.agent_name, state.is_paused),
    ...(recipientId === undefined || state.recipient_name === null
      ? []
      : offer("revoke_edge", agentId, state.agent_name, !state.has_edge).map((edge) => ({
          ...edge,
          recipientId,
          recipientName: state.recipient_name,
        }))),
    ...offer("revoke_key", keyId, state.key_name, state.is_revoked),
    ...offer("sign_out_user", userId, state.user_name, !state.has_sessions),
  ];
}

interface TargetState {
  agent_name: string | null;
  is_paused: boolean | null;
  recipient_name: string | null;
  has_edge: boolean;
  key_name: string | null;
  is_revoked: boolean | null;
  user_name: string | null;
  has_sessions: boolean;
}

function targetsOf({ subject, facts }: AlertView): Targets {
  return {
    agentId: facts.agentId ?? parseId(subject.id, "agt"),
    recipientId: facts.recipientId,
    keyId: facts.keyId ?? parseId(subject.id, "key"),
    userId: facts.userId ?? parseId(subject.id, "usr"),
  };
}

function stateOf(
  actor: Actor,
  alert: AlertView,
  action: AlertAction,
  isDone: boolean,
): OfferedAction["state"] {
  if (isDone) return "done";
  const may =
    alert.tenantId === actor.tenantId &&
    actor.scopes.has("alerts:write") &&
    actor.scopes.has(scopeOfAction[action]);
  return may ? "offered" : "forbidden";
}

const uuidOrNull = (id: AgentId | ApiKeyId | UserId | undefined): string | null =>
  id === undefined ? null : toUuid(id);

/** Nobody signs themselves out by this: it is about the other places that they are signed in at. */
export const ownSessionUuid = (actor: Actor): string | null =>
  actor.kind === "user" ? toUuid(actor.credential.id) : null;
