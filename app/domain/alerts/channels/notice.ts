import { z } from "zod";
import type { AlertDeliveryId, TenantId } from "#db/ids.ts";
import { SYSTEM_TENANT_ID } from "#db/ids.ts";
import { alertAdvice } from "../alert-advice.ts";
import type { AlertFacts } from "../facts.ts";
import { ruleKindNames, ruleKinds, type Severity, severities } from "../rule-kinds.ts";
import type { DeliveryReason } from "./channel-schema.ts";

/**
 * An alert as it was when a delivery was stored: of the snapshot (an `AlertView`) what the words are made
 * of. The rest stays in it and goes to webhooks as it is. A test has no alert.
 */
export const contentSchema = z.looseObject({
  id: z.string().nullable(),
  title: z.string(),
  severity: z.enum(severities),
  kind: z.enum(ruleKindNames).optional(),
  status: z.string().optional(),
  /** As they were stored of an `AlertView`. */
  facts: z.custom<AlertFacts>((value) => typeof value === "object" && value !== null).optional(),
  count: z.number().optional(),
  subject: z
    .looseObject({ type: z.string(), id: z.string().nullable(), name: z.string().nullable() })
    .optional(),
  firstAt: z.string().optional(),
  lastAt: z.string().optional(),
  acknowledgedBy: z.string().nullish(),
  resolvedBy: z.string().nullish(),
  resolution: z.string().nullish(),
});
export type NoticeContent = z.output<typeof contentSchema>;

/** What a channel is told, before it is anybody's format. */
export interface Notice {
  id: AlertDeliveryId;
  reason: DeliveryReason;
  /** When it was stored. */
  createdAt: string;
  tenant: { id: TenantId; name: string };
  channelName: string;
  content: NoticeContent;
  /** Where the alert is read and answered; of a test, where channels are. */
  link: string;
  /** By which what belongs together is one: the alert, or a test by itself. */
  about: string;
}

export interface NoticeRow {
  id: AlertDeliveryId;
  reason: DeliveryReason;
  createdAt: string;
  tenantId: TenantId;
  tenantName: string;
  channelName: string;
  content: unknown;
}

export function toNotice(row: NoticeRow, origin: string): Notice {
  const content = contentSchema.parse(row.content);
  const pages = row.tenantId === SYSTEM_TENANT_ID ? "/admin/alerts" : "/dashboard/alerts";
  return {
    id: row.id,
    reason: row.reason,
    createdAt: row.createdAt,
    tenant: { id: row.tenantId, name: row.tenantName },
    channelName: row.channelName,
    content,
    link: `${origin}${pages}/${content.id ?? "channels"}`,
    about: content.id ?? row.id,
  };
}

/** The snapshot of a test-send. */
export const testContent = (channelName: string): NoticeContent => ({
  id: null,
  title: `Test of the channel ${channelName}`,
  severity: "info",
});

const reasonWords: Record<DeliveryReason, string> = {
  opened: "New alert",
  again: "Still happening",
  escalated: "Escalated",
  reopened: "Has come back",
  unsnoozed: "Not snoozed any more",
  acknowledged: "Acknowledged",
  resolved: "Resolved",
  test: "Test",
};
export const wordsOfReason = (reason: DeliveryReason): string => reasonWords[reason];

const severityWords: Record<Severity, string> = { info: "Info", warning: "Warning", critical: "Critical" };
export const wordsOfSeverity = (severity: Severity): string => severityWords[severity];

/** What stands beside the title, each with its label; nothing of a test. */
export function noticeFacts({ content, reason, tenant }: Notice): [label: string, value: string][] {
  const { kind, subject, count, firstAt, lastAt, acknowledgedBy, resolvedBy, resolution } = content;
  const facts: [string, string | null | undefined][] = [
    ["Organisation", tenant.name],
    ["Severity", wordsOfSeverity(content.severity)],
    ["Rule", kind && ruleKinds[kind].label],
    ["About", subject?.name ?? subject?.id],
    ["Happened", count === undefined ? undefined : count === 1 ? "once" : `${count} times`],
    ["First", firstAt && inWords(firstAt)],
    ["Last", count === 1 ? undefined : lastAt && inWords(lastAt)],
    ["Acknowledged by", reason === "acknowledged" ? acknowledgedBy : undefined],
    ["Resolved by", reason === "resolved" ? (resolvedBy ?? "itself") : undefined],
    ["Note", reason === "resolved" ? resolution : undefined],
  ];
  return facts.flatMap(([label, value]) => (value ? [[label, value]] : []));
}

/** What the alert means and what to do next; nothing once it is over. */
export function adviceOf({ content, reason }: Notice): string[] {
  if (content.kind === undefined || reason === "acknowledged" || reason === "resolved") return [];
  const { meaning, next } = alertAdvice(content.kind, content.facts);
  return [meaning, next];
}

const inWords = (time: string): string =>
  `${new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" }).format(new Date(time))} UTC`;
