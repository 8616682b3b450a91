/** Alerts as they are read and answered: API and pages. Client-safe. */
import { z } from "zod";
import { type AlertId, parseId, type TenantId } from "#db/ids.ts";
import type { AuditLog } from "../audit/audit-log-schema.ts";
import type { DeliveryView } from "./channels/channel-schema.ts";
import type { AlertFacts } from "./facts.ts";
import type { RuleKind, Severity } from "./rule-kinds.ts";

export const alertStatuses = ["open", "acknowledged", "resolved"] as const;
export type AlertStatus = (typeof alertStatuses)[number];

export const alertIdSchema = z.custom<AlertId>(
  (value) => parseId(value, "alr") !== undefined,
  "must be an alert id (alr_…)",
);

export interface AlertView {
  id: AlertId;
  tenantId: TenantId;
  /** Absent but where all tenants' are listed together. */
  tenantName?: string;
  ruleId: string;
  kind: RuleKind;
  severity: Severity;
  status: AlertStatus;
  /** What it says in one line, such as `5 failed sign-ins of ada@example.com in 5 minutes`. */
  title: string;
  subject: { type: string; id: string | null; name: string | null };
  facts: AlertFacts;
  count: number;
  firstAt: string;
  lastAt: string;
  openedAt: string;
  /** When people were last told; null: nobody was. */
  toldAt: string | null;
  /** In the future: it waits until then. */
  snoozedUntil: string | null;
  /** A silence that fits it now, and when that ends. */
  silencedUntil: string | null;
  acknowledgedAt: string | null;
  acknowledgedBy: string | null;
  resolvedAt: string | null;
  /** Null of one that has resolved itself. */
  resolvedBy: string | null;
  resolution: string | null;
}

export interface AlertPage {
  /** Those that happened last come first. */
  alerts: AlertView[];
  nextCursor: string | null;
}

/** Of a tenant's alerts that are not resolved, without those that are snoozed. */
export interface AlertCounts {
  open: number;
  acknowledged: number;
  snoozed: number;
  bySeverity: Record<Severity, number>;
}

export const alertEntryKinds = [
  "opened",
  "told",
  "escalated",
  "reopened",
  "acknowledged",
  "unacknowledged",
  "snoozed",
  "unsnoozed",
  "note",
  "action",
  "resolved",
] as const;
export type AlertEntryKind = (typeof alertEntryKinds)[number];

export interface AlertEntry {
  id: string;
  at: string;
  kind: AlertEntryKind;
  actor: { kind: string; id: string | null; name: string | null };
  text: string | null;
  details: Record<string, unknown>;
}

export const alertActions = ["pause_agent", "revoke_edge", "revoke_key", "sign_out_user"] as const;
export type AlertAction = (typeof alertActions)[number];

/** Something that can be done about the alert, by whoever has the right. */
export interface OfferedAction {
  action: AlertAction;
  /** What it would be done to. */
  targetId: string;
  targetName: string | null;
  /** Of an edge: the other end. */
  recipientId?: string;
  recipientName?: string | null;
  /** Done already (the agent is paused, the key revoked …), or the viewer lacks the right. */
  state: "offered" | "done" | "forbidden";
}

export interface AlertDetail extends AlertView {
  /** Oldest first. */
  entries: AlertEntry[];
  /** The audit events that it was made of: the first of them. */
  events: AuditLog[];
  deliveries: DeliveryView[];
  actions: OfferedAction[];
}

const note = z.string().trim().min(1).max(2_000);

export const answerAlertSchema = z.strictObject({ note: note.optional() });
export const alertNoteSchema = z.strictObject({ text: note });
export const snoozeAlertSchema = z.union([
  z.strictObject({ until: z.iso.datetime({ offset: true }), note: note.optional() }),
  z.strictObject({
    minutes: z
      .int()
      .min(1)
      .max(60 * 24 * 30),
    note: note.optional(),
  }),
]);
export const alertActionSchema = z.strictObject({
  action: z.enum(alertActions),
  targetId: z.string().min(1).max(100).optional(),
  recipientId: z.string().min(1).max(100).optional(),
  reason: z.string().trim().min(1).max(500).optional(),
});

/** One answer to many of the tenant's. */
export const answerAlertsSchema = z.strictObject({
  alertIds: z.array(alertIdSchema).min(1).max(100),
  answer: z.enum(["acknowledge", "resolve"]),
  note: note.optional(),
});

/** What became of each: one that is resolved cannot be acknowledged, for example. */
export interface AlertAnswered {
  alertId: AlertId;
  outcome: "changed" | "unchanged" | "refused" | "not_found";
}

export const readAlertsSchema = z.union([
  z.strictObject({ alertIds: z.array(alertIdSchema).min(1).max(100) }),
  z.strictObject({ all: z.literal(true) }),
]);

/** What the bell shows: those that are not resolved and that somebody was told of, newest first. */
export interface Bell {
  /** At most `mostUnread` + 1, which stands for more. */
  unread: number;
  alerts: (AlertView & { isUnread: boolean })[];
}

export const alertWindows = ["24h", "7d", "30d", "90d"] as const;
export type AlertWindow = (typeof alertWindows)[number];

export interface AlertStatistics {
  window: AlertWindow;
  /** How long each stretch of `points` is. */
  bucketSeconds: number;
  /** Opened in each stretch, which begins at `at`; oldest first, none left out. */
  points: ({ at: string } & Record<Severity, number>)[];
  /** Most first; kinds of which none was opened are absent. */
  byKind: { kind: RuleKind; opened: number; unresolved: number }[];
  opened: number;
  unresolved: number;
  /** Of the newest 10,000 that were opened in the window and answered; null: none was. */
  medianAcknowledgeSeconds: number | null;
  medianResolveSeconds: number | null;
}

export const defaultAlertLimit = 50;
export const maxAlertLimit = 100;
