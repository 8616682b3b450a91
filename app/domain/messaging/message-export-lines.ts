import { csvRow } from "../csv.ts";
import type { MessageView } from "./schema.ts";

export const exportFormats = ["csv", "ndjson"] as const;
export type ExportFormat = (typeof exportFormats)[number];

const columns: [name: string, of: (message: MessageView) => string | number | null][] = [
  ["id", (message) => message.id],
  ["created_at", (message) => message.createdAt],
  ["type", (message) => message.type],
  ["kind", (message) => message.kind],
  ["priority", (message) => message.priority],
  ["status", (message) => message.status],
  ["reason", (message) => message.reason],
  ["handling", (message) => message.handling],
  ["sender_id", (message) => message.senderId],
  ["sender_name", (message) => message.sender.name],
  ["recipient_id", (message) => message.recipientId],
  ["recipient_name", (message) => message.recipient.name],
  ["sequence", (message) => message.sequence],
  ["correlation_id", (message) => message.correlationId],
  ["reply_to", (message) => message.replyTo],
  ["delivered_at", (message) => message.deliveredAt],
  ["expires_at", (message) => message.expiresAt],
  ["payload", (message) => JSON.stringify(message.payload)],
];

export const csvHeader = `${columns.map(([name]) => name).join(",")}\r\n`;

/** A message as RFC 4180 has it. */
export const csvLine = (message: MessageView): string => csvRow(columns.map(([, of]) => of(message)));

export const ndjsonLine = (message: MessageView): string => `${JSON.stringify(message)}\n`;
