import { and, eq, sql } from "drizzle-orm";
import type { Database, Tx } from "#db/database.ts";
import { type AgentId, type AlertId, newUuid, parseId, toUuid } from "#db/ids.ts";
import { agents, alertEntries, alerts } from "#db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import type { Credentials } from "../auth/credentials.server.ts";
import { endSessions } from "../auth/end-sessions.server.ts";
import { requireScope } from "../auth/require-scope.ts";
import { revokeKey } from "../auth/revoke-api-key.server.ts";
import { AppError, invalidInput, notFound } from "../errors.ts";
import { removeEdge } from "../messaging/remove-allowlist-edge.server.ts";
import { changeAgent } from "../messaging/update-agent.server.ts";
import type { AlertAction, AlertDetail, OfferedAction } from "./alert-schema.ts";
import type { AlertServices } from "./answer-alert.server.ts";
import { scopeOfAction } from "./offered-actions.server.ts";
import { readAlert } from "./read-alert.server.ts";

export interface ActionServices extends AlertServices {
  credentials: Pick<Credentials, "forget">;
}

export interface TakeAlertActionOptions {
  alertId: AlertId;
  action: AlertAction;
  /** Of whom the alert is about; to be sure, where somebody was shown it. */
  targetId?: string | undefined;
  recipientId?: string | undefined;
  reason?: string | undefined;
  request: RequestInfo;
}

/**
 * Does something about an alert of the actor's own tenant: pauses its agent, revokes its edge or its key, or
 * signs its person out. The doing, its own audit event, the alert's entry and its event are one transaction.
 * What is done already changes and records nothing.
 * @throws AppError forbidden: without `alerts:write` and the action's own right; not_found; invalid_input:
 *   the alert is not about that; conflict: it is about nobody that this can be done to
 */
export async function takeAlertAction(
  { db, bus, credentials }: ActionServices,
  actor: Actor,
  { alertId, action, targetId, recipientId, reason, request }: TakeAlertActionOptions,
): Promise<AlertDetail> {
  requireScope(actor, "alerts:write");
  requireScope(actor, scopeOfAction[action]);
  const offered = await findOffer(db, actor, { alertId, action });
  if (targetId !== undefined && targetId !== offered.targetId)
    throw invalidInput("targetId", "is not whom this alert is about");
  if (recipientId !== undefined && recipientId !== offered.recipientId)
    throw invalidInput("recipientId", "is not whom this alert is about");
  const isDone =
    offered.state !== "done" &&
    (await db.asTenant(actor.tenantId, async (tx) => {
      // The alert's lock comes last of the domain's: what is done takes its own first.
      const hasChanged = await act(tx, actor, { alertId, offered, reason, request });
      if (hasChanged) await record(tx, actor, { alertId, offered, reason, request });
      return hasChanged;
    }));
  if (isDone && action === "revoke_key") {
    const keyId = parseId(offered.targetId, "key");
    if (keyId !== undefined) credentials.forget(keyId);
  }
  if (isDone) bus.publishAlerts([toUuid(actor.tenantId)]);
  return readAlert(db, actor, { alertId });
}

async function findOffer(
  db: Database,
  actor: Actor,
  { alertId, action }: { alertId: AlertId; action: AlertAction },
): Promise<OfferedAction> {
  const reader: Actor = { ...actor, scopes: new Set([...actor.scopes, "alerts:read"]) };
  const { actions } = await readAlert(db, reader, { alertId });
  const offered = actions.find((one) => one.action === action);
  if (offered === undefined)
    throw new AppError("conflict", "The alert is about nobody that this can be done to.");
  return offered;
}

interface Doing {
  alertId: AlertId;
  offered: OfferedAction;
  reason: string | undefined;
  request: RequestInfo;
}

/** Whether it has changed anything. */
async function act(tx: Tx, actor: Actor, { offered, reason, request }: Doing): Promise<boolean> {
  const { tenantId } = actor;
  const agentId = (): AgentId => required(parseId(offered.targetId, "agt"), "agent");
  switch (offered.action) {
    case "pause_agent": {
      // Somebody may have done it since it was offered.
      const [agent] = await tx
        .select({ status: agents.status })
        .from(agents)
        .where(and(eq(agents.tenantId, tenantId), eq(agents.id, agentId())))
        .for("no key update");
      if (agent?.status === "paused") return false;
      await changeAgent(tx, actor, agentId(), { status: "paused", pausedReason: reason }, request);
      return true;
    }
    case "revoke_edge": {
      const ends = {
        senderId: agentId(),
        recipientId: required(parseId(offered.recipientId, "agt"), "agent"),
      };
      return removeEdge(tx, actor, ends, request);
    }
    case "revoke_key":
      return (await revokeKey(tx, actor, required(parseId(offered.targetId, "key"), "API key"), request))
        .isNew;
    case "sign_out_user": {
      const ended = await endSessions(tx, {
        ...{ userId: required(parseId(offered.targetId, "usr"), "person"), tenantId },
        except: actor.kind === "user" ? actor.credential.id : undefined,
        ...{ reason: "revoked", actor, request },
      });
      return ended > 0;
    }
  }
}

async function record(tx: Tx, actor: Actor, { alertId, offered, reason, request }: Doing): Promise<void> {
  const { tenantId } = actor;
  const { action, targetId, targetName, recipientId, recipientName } = offered;
  const [alert] = await tx
    .select({ kind: alerts.kind, subjectName: alerts.subjectName })
    .from(alerts)
    .where(and(eq(alerts.tenantId, tenantId), eq(alerts.id, alertId)))
    .for("no key update");
  if (alert === undefined) throw notFound("alert");
  const edge = recipientId === undefined ? {} : { recipientId };
  await tx.insert(alertEntries).values({
    ...{ tenantId, alertId, id: newUuid(), at: sql`clock_timestamp()`, kind: "action" },
    ...{ actorKind: actor.kind, actorId: actor.id, actorName: actor.name, text: reason ?? null },
    details: {
      action,
      targetId,
      targetName,
      ...edge,
      ...(recipientId === undefined ? {} : { recipientName }),
    },
  });
  await recordAudit(tx, {
    ...{ tenantId, actor, request, action: "alert.action.taken" },
    ...{ resource: { id: alertId, name: alert.subjectName } },
    details: { kind: alert.kind, action, targetId, ...edge },
  });
}

function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw notFound(what);
  return value;
}
