/** Where alerts are told, and what came of it: API and pages. Client-safe. */
import { z } from "zod";
import { type AlertChannelId, type AlertDeliveryId, type AlertId, parseId } from "#db/ids.ts";
import { outboundUrlMaxLength } from "../../outbound/outbound-url-length.ts";
import { type RuleKind, ruleKindNames, type Severity, severities } from "../rule-kinds.ts";

export const channelKinds = ["email", "webhook", "slack", "pagerduty"] as const;
export type ChannelKind = (typeof channelKinds)[number];

export const channelStatuses = ["active", "disabled"] as const;
export type ChannelStatus = (typeof channelStatuses)[number];

export interface ChannelView {
  id: AlertChannelId;
  kind: ChannelKind;
  name: string;
  minSeverity: Severity;
  ruleKinds: RuleKind[] | null;
  tellsEnd: boolean;
  /** A webhook's. */
  url: string | null;
  /** An e-mail channel's. */
  addresses: string[];
  toAdmins: boolean;
  /** What is shown of a secret: its end. Never the secret. */
  hint: string | null;
  status: ChannelStatus;
  disabledReason: "person" | "gone" | "failing" | null;
  failingSince: string | null;
  lastError: string | null;
  lastSuccessAt: string | null;
  nextAttemptAt: string | null;
  createdAt: string;
  updatedAt: string;
}

/** Of a webhook that was made or given another secret: the only time that the secret is shown. */
export interface ChannelWithSecret extends ChannelView {
  secret: string | null;
}

const common = {
  name: z.string().trim().min(1).max(100),
  minSeverity: z.enum(severities).default("info"),
  ruleKinds: z.array(z.enum(ruleKindNames)).min(1).max(50).nullable().default(null),
  tellsEnd: z.boolean().default(true),
};
const url = z.string().trim().min(1).max(outboundUrlMaxLength);
const addresses = z.array(z.email().max(254)).max(20);
/** As PagerDuty gives it: 32 letters and digits. */
const routingKey = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9]{32}$/, "must be PagerDuty's integration key of 32 letters and digits");

export const createChannelSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("email"),
    ...common,
    addresses: addresses.default([]),
    toAdmins: z.boolean().default(false),
  }),
  z.strictObject({ kind: z.literal("webhook"), ...common, url }),
  /** The address that Slack gave is the secret. */
  z.strictObject({ kind: z.literal("slack"), ...common, webhookUrl: url }),
  z.strictObject({ kind: z.literal("pagerduty"), ...common, routingKey }),
]);
export type CreateChannelInput = z.output<typeof createChannelSchema>;

/** What does not apply to the channel's kind is refused. */
export const updateChannelSchema = z
  .strictObject({
    name: common.name,
    minSeverity: z.enum(severities),
    ruleKinds: z.array(z.enum(ruleKindNames)).min(1).max(50).nullable(),
    tellsEnd: z.boolean(),
    addresses,
    toAdmins: z.boolean(),
    url,
    webhookUrl: url,
    routingKey,
    status: z.enum(channelStatuses),
  })
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, { error: "must change something" });
export type UpdateChannelInput = z.output<typeof updateChannelSchema>;

export const deliveryIdSchema = z.custom<AlertDeliveryId>(
  (value) => parseId(value, "ntf") !== undefined,
  "must be an alert delivery id (ntf_…)",
);

export const deliveryReasons = [
  "opened",
  "again",
  "escalated",
  "reopened",
  "unsnoozed",
  "acknowledged",
  "resolved",
  "test",
] as const;
export type DeliveryReason = (typeof deliveryReasons)[number];
export const tellingStatuses = ["pending", "delivered", "failed", "cancelled"] as const;
export type TellingStatus = (typeof tellingStatuses)[number];

export interface DeliveryAttemptView {
  attempt: number;
  target: string;
  startedAt: string;
  durationMs: number;
  outcome: "delivered" | "failed";
  statusCode: number | null;
  error: string | null;
  responseBody: string | null;
}

export interface DeliveryView {
  id: AlertDeliveryId;
  alertId: AlertId | null;
  /** The alert's, as it was told; null of a test. */
  title: string | null;
  channelId: AlertChannelId;
  channelName: string;
  channelKind: ChannelKind;
  reason: DeliveryReason;
  status: TellingStatus;
  createdAt: string;
  settledAt: string | null;
  nextAttemptAt: string | null;
  /** Newest last. */
  attempts: DeliveryAttemptView[];
}
