import { z } from "zod";
import { defineAction } from "./define-action.ts";

/** What is recorded of alerts, of where they are told, and of the tools that agents ask for. */

const id = z.string();
const text = z.string();
const count = z.number().int();
const change = z.strictObject({ from: z.json(), to: z.json() });
const changes = z.record(z.string(), change);

export const alertActions = {
  /** Something was found, or has come back that had resolved itself; what happens again is counted in the alert. */
  "alert.opened": defineAction(
    "alert",
    z.strictObject({ kind: text, severity: text, ruleId: id, count, reopened: z.boolean().optional() }),
  ),
  "alert.acknowledged": defineAction("alert", z.strictObject({ kind: text, note: text.nullable() }), [
    "note",
  ]),
  "alert.unacknowledged": defineAction("alert", z.strictObject({ kind: text })),
  "alert.snoozed": defineAction("alert", z.strictObject({ kind: text, until: text, note: text.nullable() }), [
    "note",
  ]),
  "alert.unsnoozed": defineAction("alert", z.strictObject({ kind: text })),
  "alert.note.added": defineAction("alert", z.strictObject({ kind: text, note: text }), ["note"]),
  /** By a person, or by itself once what was wrong is over. */
  "alert.resolved": defineAction("alert", z.strictObject({ kind: text, note: text.nullable(), count }), [
    "note",
  ]),
  /** What was done about it from the alert; the doing has its own event. */
  "alert.action.taken": defineAction(
    "alert",
    z.strictObject({ kind: text, action: text, targetId: id, recipientId: id.optional() }),
  ),
  /** Somebody asked for everything to be looked at now. */
  "alert.check.requested": defineAction("tenant", z.strictObject({ opened: count })),
  "alert_rule.created": defineAction("alert_rule", z.strictObject({ kind: text, agentId: id.nullable() })),
  "alert_rule.changed": defineAction("alert_rule", z.strictObject({ kind: text, changes }), ["changes"]),
  "alert_rule.removed": defineAction("alert_rule", z.strictObject({ kind: text, agentId: id.nullable() })),
  "alert_silence.created": defineAction(
    "alert_silence",
    z.strictObject({
      kind: text.nullable(),
      subjectId: id.nullable(),
      maxSeverity: text,
      endsAt: text,
      reason: text,
    }),
    ["reason"],
  ),
  "alert_silence.ended": defineAction("alert_silence", z.strictObject({})),
  "alert_preferences.changed": defineAction(
    "user",
    z.strictObject({ minSeverity: text, mutedKinds: z.array(text) }),
  ),
  "alert_channel.created": defineAction("alert_channel", z.strictObject({ kind: text })),
  /** Of a secret only that it was changed. */
  "alert_channel.changed": defineAction("alert_channel", z.strictObject({ kind: text, changes }), [
    "changes",
  ]),
  "alert_channel.secret.rotated": defineAction(
    "alert_channel",
    z.strictObject({ kind: text, previousUntil: text.nullable() }),
  ),
  "alert_channel.enabled": defineAction("alert_channel", z.strictObject({ kind: text })),
  "alert_channel.disabled": defineAction(
    "alert_channel",
    z.strictObject({ kind: text, reason: z.enum(["person", "gone", "failing"]) }),
  ),
  "alert_channel.removed": defineAction("alert_channel", z.strictObject({ kind: text })),
  "alert_channel.tested": defineAction("alert_channel", z.strictObject({ kind: text, deliveryId: id })),
  /** Given up after its last attempt. */
  "alert_delivery.failed": defineAction(
    "alert_delivery",
    z.strictObject({ channelId: id, alertId: id.nullable(), attempts: count, error: text }),
    ["error"],
  ),
  "alert_delivery.retried": defineAction(
    "alert_delivery",
    z.strictObject({ channelId: id, alertId: id.nullable() }),
  ),
  "tool.policy.changed": defineAction("agent", z.strictObject({ allow: change, deny: change })),
  "tool.allowed": defineAction(
    "agent",
    z.strictObject({ tool: text, pattern: text.nullable(), inputBytes: count.optional() }),
  ),
  "tool.blocked": defineAction(
    "agent",
    z.strictObject({
      tool: text,
      reason: z.enum(["denied", "not_allowed", "agent_paused"]),
      pattern: text.nullable(),
      inputBytes: count.optional(),
    }),
  ),
} as const;
